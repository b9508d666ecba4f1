/** The promises of a queue backend. @module */

import type { ConformanceCase } from "./conformance_case.ts";
import { CANCEL_CASES } from "./queue/cancel_cases.ts";
import { CRASH_CASES } from "./queue/crash_cases.ts";
import { ENQUEUE_CASES } from "./queue/enqueue_cases.ts";
import { LEASE_CASES } from "./queue/lease_cases.ts";
import { OPERATIONS_CASES } from "./queue/operations_cases.ts";
import { PAUSE_CASES } from "./queue/pause_cases.ts";
import { PRUNE_CASES } from "./queue/prune_cases.ts";
import { REDRIVE_CASES } from "./queue/redrive_cases.ts";
import { REPORT_CASES } from "./queue/report_cases.ts";
import { RETRY_CASES } from "./queue/retry_cases.ts";
import { SETTLE_CASES } from "./queue/settle_cases.ts";
import { SHUTDOWN_CASES } from "./queue/shutdown_cases.ts";
import { UNIQUE_CASES } from "./queue/unique_cases.ts";
import { WEIGHTS_CASES } from "./queue/weights_cases.ts";
import type { QueueHarness } from "./queue_harness.ts";

/** Every case for queue backends; those that a backend does not claim are reported as not promised. */
export const QUEUE_CASES: readonly ConformanceCase<QueueHarness>[] = [
  ...ENQUEUE_CASES,
  ...UNIQUE_CASES,
  ...LEASE_CASES,
  ...WEIGHTS_CASES,
  ...SETTLE_CASES,
  ...RETRY_CASES,
  ...REDRIVE_CASES,
  ...CRASH_CASES,
  ...CANCEL_CASES,
  ...PAUSE_CASES,
  ...REPORT_CASES,
  ...OPERATIONS_CASES,
  ...PRUNE_CASES,
  ...SHUTDOWN_CASES,
];
