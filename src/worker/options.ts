/** What a worker is made of. @module */

import type { Clock, ErrorData, EventBus, QueueBackend, ResultBackend } from "../core/mod.ts";
import type { RetentionOptions } from "./retention.ts";
import type { EntryRef, Realm, RealmHost } from "../sandbox/mod.ts";

/** Numbers and names that a worker is run with. Durations are milliseconds. */
export interface WorkerOptions {
  /** Stamped on every job that this worker leases; unique among all workers of the queue. */
  readonly workerId: string;
  /** Executors, 1 or more. */
  readonly executors: number;
  /** Attempts at a time in each executor, 1 or more. */
  readonly concurrency: number;
  /** Jobs of one lease and of one settle at most; also how many jobs wait in front of an executor at most. */
  readonly batchSize: number;
  /** How long a lease lasts; renewed every third of it. */
  readonly leaseMs: number;
  /** How long an attempt may go on after its signal was aborted, before its executor is replaced. */
  readonly timeoutGraceMs: number;
  /** Only jobs of these queues; null: of all. */
  readonly queues: readonly string[] | null;
  /** One for each of `queues`, 1 or more: see `LeaseRequest.weights`. @default the queues are one */
  readonly weights?: readonly number[];
  /** How long handlers may go on after `stop`. @default 30,000 */
  readonly shutdownGraceMs?: number;
  /** Limit for the import of the task modules. @default 30,000 */
  readonly loadTimeoutMs?: number;
  /** How long a lease waits for jobs before it asks again. @default 1,000 */
  readonly leaseWaitMs?: number;
  /** Which finished jobs are forgotten. @default none */
  readonly retention?: RetentionOptions;
  /** From 0 to 1, for the jitter of backoffs. @default Math.random */
  readonly random?: () => number;
}

/** What a {@linkcode Worker} is constructed with. */
export interface WorkerParts {
  readonly queue: QueueBackend;
  /** Null when the queue's `settle` writes the results (same store). */
  readonly results: ResultBackend | null;
  /** Opens the realm of an executor; called again for each replacement. */
  readonly openExecutor: (host: RealmHost, index: number) => Promise<Realm>;
  /** The task modules that each executor imports. */
  readonly entries: () => Promise<readonly EntryRef[]>;
  /** Puts the original files and lines into the stack of a handler's error. @default as the executor reports it */
  readonly mapStack?: (stack: string) => string;
  /** Says what to do about an error of a handler, such as a permission that it lacks. @default nothing */
  readonly explain?: (task: string, error: ErrorData) => ErrorData;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly options: WorkerOptions;
}
