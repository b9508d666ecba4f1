/** The contract of a queue backend. @module */

import type { AttemptError, JobRecord, LeasedJob, LeaseRef, NewJob } from "./job.ts";
import type { ErrorData } from "./errors.ts";
import type { JobReport, JobTrace } from "./job_report.ts";
import type { PruneRequest } from "./prune.ts";

/**
 * What a backend promises beyond the least. The conformance cases ask these, never the backend's name.
 *
 * - `delay` keeps jobs back until their time, also across restarts of the worker
 * - `priority` hands out higher priorities first
 * - `fifo` hands out equal priorities in order of enqueue
 * - `lease` a job whose worker died is handed out again when its lease runs out
 * - `durable` keeps acknowledged jobs across a restart of the process
 * - `shared` several processes may work on the same queue
 * - `unique` honours `uniqueKey`, and takes no id twice
 * - `atomic_batch` takes all of a batch or none of it
 * - `pause` honours `pause` and `resume`
 * - `cancel` honours `cancel`
 * - `retry` honours `retry`
 * - `weights` shares a lease among queues by their weights
 * - `inspect` answers `inspect`, `stats` and `busy` for the jobs it holds
 * - `report` keeps what running jobs tell of themselves: `report` and `traces`
 * - `prune` honours `prune`
 * - `namespace` keeps the data of each namespace that its factory is given apart
 */
export type QueueCapability =
  | "delay"
  | "priority"
  | "fifo"
  | "lease"
  | "durable"
  | "shared"
  | "unique"
  | "atomic_batch"
  | "pause"
  | "cancel"
  | "retry"
  | "weights"
  | "inspect"
  | "report"
  | "prune"
  | "namespace";

/** Every capability. */
export const QUEUE_CAPABILITIES: readonly QueueCapability[] = [
  "delay",
  "priority",
  "fifo",
  "lease",
  "durable",
  "shared",
  "unique",
  "atomic_batch",
  "pause",
  "cancel",
  "retry",
  "weights",
  "inspect",
  "report",
  "prune",
  "namespace",
];

/** What became of one job of an `enqueue`. */
export interface EnqueueReceipt {
  /** Of the job that stands in the queue: the new one, or the one that was there already. */
  readonly id: string;
  /** True when nothing was added: the id, or an unfinished job's unique key, was there already. */
  readonly duplicate: boolean;
}

/** What a worker asks for. */
export interface LeaseRequest {
  /** At most so many jobs, 1 or more. */
  readonly limit: number;
  /** How long the leases last. */
  readonly leaseMs: number;
  /** Only from these queues; null: from all. */
  readonly queues: readonly string[] | null;
  /**
   * One for each of `queues`, 1 or more: while all of them have ready jobs, each gives its share of them, in its own order.
   * A queue that has too few leaves the rest to the others. Undefined: the queues are one, and priority and age decide.
   * Only with `weights`.
   */
  readonly weights?: readonly number[];
  /** When nothing is ready, wait so long for something to become so; 0: answer at once. An answer may come earlier. */
  readonly waitMs: number;
  /** Stamped on the job. */
  readonly workerId: string;
  /** Aborted when the worker stops: a waiting lease should answer at once. A backend may ignore it; then its answer is waited for. */
  readonly signal?: AbortSignal;
}

/**
 * The end of a lease.
 *
 * `ranMs` is how long the handler ran: counted back from the end, it is a better start than the lease, which may have been
 * long before. A store may pass over it.
 *
 * - `succeed` the job is `SUCCESS`
 * - `fail` the job is `FAILED`, with `error`; `attempt` is added to its errors
 * - `cancel` the job is `CANCELLED`
 * - `retry` it comes back after `delayMs`; `attempt` is added to its errors
 * - `snooze` it comes back after `delayMs`; the attempt is refunded
 * - `release` it comes back at once, ahead of equal priority where the backend can; the attempt is refunded
 */
export type Settlement =
  & LeaseRef
  & (
    | { readonly action: "succeed"; readonly result: string | null; readonly ranMs?: number }
    | {
      readonly action: "fail";
      readonly error: ErrorData;
      readonly attempt: AttemptError | null;
      readonly ranMs?: number;
    }
    | { readonly action: "cancel"; readonly error: ErrorData; readonly ranMs?: number }
    | { readonly action: "retry"; readonly delayMs: number; readonly attempt: AttemptError }
    | { readonly action: "snooze"; readonly delayMs: number }
    | { readonly action: "release" }
  );

/** `stale`: the token is not the live one (or the job is gone) and nothing was changed. */
export type SettleStatus = "settled" | "stale";

/** Counts of one queue. */
export interface QueueStats {
  /** Its name. */
  readonly queue: string;
  /** Could run now. */
  readonly pending: number;
  /** Waiting for their time for the first time, or after a snooze. */
  readonly scheduled: number;
  /** Waiting for the backoff after a failed attempt. */
  readonly retrying: number;
  /** Leased. */
  readonly running: number;
  /** Nothing of it is leased until `resume`. */
  readonly paused: boolean;
  /** `runAt` of the oldest job that could run now; null when there is none. */
  readonly oldestAt: number | null;
}

/** What became of one id of a `cancel`. */
export type CancelStatus = "cancelled" | "requested" | "finished" | "unknown";

/**
 * What became of one id of a `retry`. `waiting`: it has not ended yet; `succeeded`: there is nothing to repeat; `duplicate`:
 * another job holds its unique key now.
 */
export type RetryStatus = "retried" | "waiting" | "succeeded" | "duplicate" | "unknown";

/**
 * Where jobs wait. All methods may be called concurrently, from several places; every method rejects with an error
 * that says what is wrong with the store rather than losing a job. Times are the store's own: clients send delays,
 * never dates, so that a client's wrong clock is harmless.
 *
 * Jobs leave only by `settle` with a live token, by `cancel` or by `clear`. A lease that runs out makes its job ready
 * again, refunds its attempt and adds one to its `losses`; after `MAX_LEASE_LOSSES` the backend ends it as `FAILED`.
 * Until the job is ready again, a lease that ran out may still be renewed or settled: late is better than twice.
 */
export interface QueueBackend {
  /** What it promises; fixed for its life. */
  readonly capabilities: ReadonlySet<QueueCapability>;
  /**
   * Names the store that the backend lives in. Where the result backend names the same one, `settle` writes the
   * finished record together with the settle, and the worker does not write results itself. Undefined: it stands alone.
   */
  readonly store?: string;

  /**
   * Adds jobs, in order. Resolves when they are as durable as the backend makes them; only then a waiting `lease`
   * may see them. With `atomic_batch` one bad job (a field that is missing, or of another type) rejects the whole
   * batch and nothing is written.
   */
  enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]>;

  /** Takes ready jobs; an empty list when there are none. Counts the attempt. */
  lease(request: LeaseRequest): Promise<LeasedJob[]>;

  /**
   * Makes these leases, and no others, last `leaseMs` from now. Answers the ids whose lease was lost or whose cancel was
   * asked for.
   */
  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport>;

  /** Ends leases, in one transaction where there is one; one status for each settlement, in order. */
  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]>;

  /** How many jobs are `PENDING` or `SCHEDULED`. */
  qsize(queue?: string): Promise<number>;

  /** Removes jobs that are not running, and frees their unique keys; answers how many. */
  clear(queue?: string): Promise<number>;

  /** The records of jobs that the store holds, null for ids that it does not know. */
  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]>;

  /** Counts by state, a row a queue, only queues that hold jobs or are paused. */
  stats(): Promise<QueueStats[]>;

  /**
   * Whether anything in these queues (null: in any) could run now, runs, or waits for the backoff after a failed attempt:
   * what a drain waits for. It is asked often, so it must not count.
   */
  busy(queues: readonly string[] | null): Promise<boolean>;

  /**
   * Running jobs answer `requested` and their worker is told by every `renew`. Such a job may still succeed or fail, but
   * never comes back: a retry, snooze or release, or the loss of its lease, ends it as `CANCELLED`. Only with `cancel`.
   */
  cancel(ids: readonly string[]): Promise<CancelStatus[]>;

  /**
   * Makes jobs that ended as `FAILED` or `CANCELLED` ready again, whatever attempts they had: they get at least one more. Their
   * errors are kept. Only with `retry`.
   */
  retry?(ids: readonly string[]): Promise<RetryStatus[]>;

  /** Nothing of this queue is leased until `resume`. Only with `pause`. */
  pause(queue: string): Promise<void>;
  /** The end of a pause. Only with `pause`. */
  resume(queue: string): Promise<void>;

  /**
   * Keeps what running jobs told. A report whose token is not the live one changes nothing, and so do reports of jobs
   * that are gone; neither is an error. Nobody waits for it and nothing depends on it: a power cut may lose it.
   * Only with `report`.
   */
  report?(reports: readonly JobReport[]): Promise<void>;
  /** What is kept of these jobs, finished or not; null for those that never told anything. Only with `report`. */
  traces?(ids: readonly string[]): Promise<(JobTrace | null)[]>;

  /**
   * Forgets finished jobs, with all that is kept of them, and never any other job. A unique key that is held for a time is
   * held until then. Works in small steps, so that nobody waits for it. Answers how many: less than `limit` when nothing
   * more is to be forgotten. Only with `prune`.
   */
  prune?(request: PruneRequest): Promise<number>;

  /** Ends waiting leases with an empty list and frees what the backend holds. May be called twice. */
  close(): Promise<void>;
}

/** What `renew` found out. */
export interface RenewReport {
  /** Leases that are not live any more: their attempts must stop, their settlements would be stale. */
  readonly lost: readonly string[];
  /** Running jobs that someone asked to cancel. */
  readonly cancelled: readonly string[];
}

/** The original's five methods; an adapter makes a {@linkcode QueueBackend} of it. Jobs are plain records. */
export interface BasicQueue {
  /** Adds a job at the end. */
  enqueue(job: JobRecord): void | Promise<void>;
  /** The next job, or null (undefined) after at most `timeoutMs` milliseconds without one. */
  dequeue(timeoutMs: number): JobRecord | null | undefined | Promise<JobRecord | null | undefined>;
  /** At most `size` jobs, without waiting. */
  popBatch(size: number): JobRecord[] | Promise<JobRecord[]>;
  /** How many jobs wait. */
  qsize(): number | Promise<number>;
  /** Removes all jobs that wait; may answer how many. */
  clear(): number | void | Promise<number | void>;
}
