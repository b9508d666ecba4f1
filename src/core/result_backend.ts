/** The contract of a result backend. @module */

import type { ErrorData } from "./errors.ts";
import type { FinalState, FinishedJob } from "./job.ts";
import type { PruneRequest } from "./prune.ts";

/** Which finished jobs `listJobs` answers. */
export interface ResultQuery {
  /** Only these states; undefined: all. */
  readonly states?: readonly FinalState[];
  /** Only jobs of this task. */
  readonly task?: string;
  /** Only jobs of this queue. */
  readonly queue?: string;
  /** At most so many, the latest finished first. */
  readonly limit: number;
  /** Only jobs finished before this time (milliseconds since the epoch). */
  readonly before?: number;
  /** Only jobs finished at this time or later (milliseconds since the epoch). */
  readonly since?: number;
  /** Only what comes after this job in the list: the last one of a page, for the next page. */
  readonly after?: Pick<FinishedJob, "id" | "finishedAt">;
}

/**
 * Where finished jobs, with their results and errors, are kept. Writing the same id again replaces the record: a job
 * whose worker died between the write and the settle runs twice, and the last run counts.
 */
export interface ResultBackend {
  /** See `QueueBackend.store`. */
  readonly store?: string;
  /** Keeps a job that ended as `SUCCESS`. */
  setResult(job: FinishedJob): Promise<void>;
  /** Keeps a job that ended as `FAILED` or `CANCELLED`. */
  setError(job: FinishedJob): Promise<void>;
  /** The batched form of both; all or nothing where the store can. */
  setMany(jobs: readonly FinishedJob[]): Promise<void>;
  /** JSON text of the result; null when the job is unknown, has none, or did not succeed. */
  getResult(id: string): Promise<string | null>;
  /** Null when the job is unknown or succeeded. */
  getError(id: string): Promise<ErrorData | null>;
  /** The whole record; null when unknown. */
  getFull(id: string): Promise<FinishedJob | null>;
  /** Records of finished jobs, the latest finished first; of those that ended in the same millisecond, the greatest id. */
  listJobs(query: ResultQuery): Promise<FinishedJob[]>;
  /**
   * Forgets finished jobs; see `QueueBackend.prune`. A backend without it is never pruned by nuvom. A store that is shared with
   * the queue needs it in the queue only.
   */
  prune?(request: PruneRequest): Promise<number>;
  /** Frees what the backend holds. May be called twice. */
  close(): Promise<void>;
}
