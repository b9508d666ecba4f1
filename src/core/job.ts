/** The job: what is asked for, what a store keeps of it, what a worker gets. @module */

import type { ErrorData } from "./errors.ts";

/**
 * The states of a job as users see them. `PENDING` may run now, `SCHEDULED` waits for its time (a delay, a retry or a
 * snooze), `RUNNING` is leased; the other three are final.
 */
export type JobState = "PENDING" | "SCHEDULED" | "RUNNING" | FinalState;

/** A state that a job never leaves by itself. */
export type FinalState = "SUCCESS" | "FAILED" | "CANCELLED";

/** Every state, in the order of a job's life. */
export const JOB_STATES: readonly JobState[] = ["PENDING", "SCHEDULED", "RUNNING", "SUCCESS", "FAILED", "CANCELLED"];

/** The queue of jobs that name none. */
export const DEFAULT_QUEUE = "default";
/** Longest arguments or result, in characters of JSON text. */
export const MAX_PAYLOAD = 4 * 1024 * 1024;
/** How many errors of attempts a job keeps; the first ones are dropped. */
export const MAX_JOB_ERRORS = 20;
/** After so many expired leases without any settle a job ends `FAILED` (its worker dies each time). */
export const MAX_LEASE_LOSSES = 10;

/** What a timeout does: count as a failed attempt, end the job at once, or only be reported while the attempt goes on. */
export type TimeoutPolicy = "retry" | "fail" | "ignore";

/** A job as a client hands it to a queue backend: every default filled in, everything checked. */
export interface NewJob {
  /** Unique; sorts by time of creation (a ULID) unless the client chose its own. 1 to 200 characters. */
  readonly id: string;
  /** Name of the task. */
  readonly task: string;
  /** The arguments: the JSON text of an array. Stores keep it as it is. */
  readonly args: string;
  /** Name of the queue. */
  readonly queue: string;
  /** -1000 to 1000; higher runs first. */
  readonly priority: number;
  /** Milliseconds, counted by the store's clock, before the job may run; 0 is now. */
  readonly delayMs: number;
  /** Attempts in all (1 + retries), 1 or more. */
  readonly maxAttempts: number;
  /** Base of the backoff between attempts. */
  readonly retryDelayMs: number;
  /** Longest run of one attempt; 0 is no limit. */
  readonly timeoutMs: number;
  /** What happens when `timeoutMs` is over. */
  readonly timeoutPolicy: TimeoutPolicy;
  /** Whether the value that the handler returns is kept. Errors and the final state always are. */
  readonly storeResult: boolean;
  /** While an unfinished job holds this key, a second one is not taken: its enqueue answers with the first one's id. */
  readonly uniqueKey: string | null;
  /** The key is held for this long after creation even when the job has finished; 0: until it finishes. */
  readonly uniqueForMs: number;
}

/** One failed attempt of a job. */
export interface AttemptError {
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How it ended. */
  readonly outcome: "failure" | "timeout" | "lost" | "cancelled";
  /** Why. */
  readonly error: ErrorData;
}

/** A job as a store shows it, at any time of its life. Times are milliseconds since the epoch by the store's clock. */
export interface JobRecord extends NewJob {
  /** Where it is in its life. */
  readonly state: JobState;
  /** When the store took it. */
  readonly createdAt: number;
  /** Not before this time. */
  readonly runAt: number;
  /** Attempts begun and not refunded. */
  readonly attempts: number;
  /** Leases that ran out without a settle. */
  readonly losses: number;
  /** Of the last attempt. */
  readonly startedAt: number | null;
  /** When it reached a final state; null before. */
  readonly finishedAt: number | null;
  /** Who runs or ran the last attempt; null while it waits. */
  readonly workerId: string | null;
  /** JSON text of what the handler returned; null when there is none or it is not kept. */
  readonly result: string | null;
  /** Why the job is `FAILED` or `CANCELLED`. */
  readonly error: ErrorData | null;
  /** Errors of past attempts, oldest first, at most {@linkcode MAX_JOB_ERRORS}. */
  readonly errors: readonly AttemptError[];
}

/** A job in a final state. */
export interface FinishedJob extends JobRecord {
  /** One that it does not leave. */
  readonly state: FinalState;
  /** When it ended. */
  readonly finishedAt: number;
}

/** What proves the right to run and settle a job. */
export interface LeaseRef {
  /** Of the job. */
  readonly id: string;
  /** Different for every lease; a token of an older lease is stale. 1 to 200 characters. */
  readonly token: string;
}

/** A job handed to a worker. Its attempt is already counted. */
export interface LeasedJob extends JobRecord, LeaseRef {
  /** Always, while the lease is live. */
  readonly state: "RUNNING";
  /** When the lease runs out, by the store's clock. */
  readonly leaseUntil: number;
}
