/** What queue and result backends of plugins may answer. @module */

import {
  type AttemptError,
  type CancelStatus,
  type EnqueueReceipt,
  type ErrorData,
  type FinishedJob,
  JOB_STATES,
  type JobLogLine,
  type JobProgress,
  type JobRecord,
  type JobTrace,
  type LeasedJob,
  type QueueStats,
  type RenewReport,
  type RetryStatus,
  type SettleStatus,
} from "../core/mod.ts";
import {
  boolean,
  count,
  list,
  Mismatch,
  name,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  text,
} from "./shape.ts";

/** Errors are written five causes deep. */
const MAX_CAUSES = 6;

/** An error as plain data. */
export const errorData: Shape<ErrorData> = (value, at) => errorAt(0)(value, at);

function errorAt(depth: number): Shape<ErrorData> {
  return (value, at) => {
    if (depth > MAX_CAUSES) throw new Mismatch(`${at} has too many causes`);
    return object<ErrorData>({
      name: text,
      message: text,
      code: optional(text),
      stack: optional(text),
      cause: optional((cause, place) => errorAt(depth + 1)(cause, place)),
    })(value, at);
  };
}

const attemptError: Shape<AttemptError> = object<AttemptError>({
  attempt: count,
  at: number,
  outcome: oneOf(["failure", "timeout", "lost", "cancelled"]),
  error: errorData,
});

const RECORD = {
  id: name,
  task: name,
  args: text,
  queue: name,
  priority: number,
  delayMs: number,
  maxAttempts: count,
  retryDelayMs: number,
  timeoutMs: number,
  timeoutPolicy: oneOf(["retry", "fail", "ignore"] as const),
  storeResult: boolean,
  uniqueKey: nullable(text),
  uniqueForMs: number,
  state: oneOf(JOB_STATES),
  createdAt: number,
  runAt: number,
  attempts: count,
  losses: count,
  startedAt: nullable(number),
  finishedAt: nullable(number),
  workerId: nullable(text),
  result: nullable(text),
  error: nullable(errorData),
  errors: list(attemptError),
};

/** A job of `inspect`. */
export const jobRecord: Shape<JobRecord> = object<JobRecord>(RECORD);

/** A job of `lease`. */
export const leasedJob: Shape<LeasedJob> = object<LeasedJob>({
  ...RECORD,
  state: oneOf(["RUNNING"] as const),
  token: name,
  leaseUntil: number,
});

/** A job of a result backend. */
export const finishedJob: Shape<FinishedJob> = object<FinishedJob>({
  ...RECORD,
  state: oneOf(["SUCCESS", "FAILED", "CANCELLED"] as const),
  finishedAt: number,
});

/** One answer of `enqueue`. */
export const receipt: Shape<EnqueueReceipt> = object<EnqueueReceipt>({ id: name, duplicate: boolean });

/** The answer of `renew`. */
export const renewReport: Shape<RenewReport> = object<RenewReport>({ lost: list(text), cancelled: list(text) });

/** One answer of `settle`. */
export const settleStatus: Shape<SettleStatus> = oneOf(["settled", "stale"] as const);

/** One answer of `cancel`. */
export const cancelStatus: Shape<CancelStatus> = oneOf(["cancelled", "requested", "finished", "unknown"] as const);

/** One answer of `retry`. */
export const retryStatus: Shape<RetryStatus> = oneOf(
  ["retried", "waiting", "succeeded", "duplicate", "unknown"] as const,
);

/** One answer of `traces`. */
export const jobTrace: Shape<JobTrace> = object<JobTrace>({
  progress: nullable(object<JobProgress>({ value: number, note: nullable(text), attempt: count, at: number })),
  log: list(object<JobLogLine>({
    at: number,
    attempt: count,
    level: oneOf(["debug", "info", "warn", "error"] as const),
    message: text,
  })),
});

/** A row of `stats`. */
export const queueStats: Shape<QueueStats> = object<QueueStats>({
  queue: name,
  pending: count,
  scheduled: count,
  retrying: count,
  running: count,
  paused: boolean,
  oldestAt: nullable(number),
});
