/** The scenarios, in the order of the tables. @module */

import { DRAINS } from "./drain.ts";
import { enqueueMany, enqueueOne } from "./enqueue.ts";
import { idleWorker } from "./idle.ts";
import { latencyOtherProcess, latencySameProcess } from "./latency.ts";
import { rescueAfterKill } from "./rescue.ts";
import type { Scenario } from "./scenario.ts";

/** Sorted by their letters. */
export const SCENARIOS: readonly Scenario[] = [
  enqueueOne,
  enqueueMany,
  ...DRAINS,
  latencySameProcess,
  latencyOtherProcess,
  idleWorker,
  rescueAfterKill,
].sort((a, b) => a.id < b.id ? -1 : 1);
