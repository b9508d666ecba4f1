/** Which finished jobs a store may forget. @module */

import type { FinalState } from "./job.ts";

/** Finished jobs that are to be forgotten, the earliest ended first. */
export interface PruneRequest {
  /** Only jobs that ended so. */
  readonly states: readonly FinalState[];
  /** Those that ended so many milliseconds ago, or longer; null: none for their age. */
  readonly olderThanMs: number | null;
  /** Those that are not among the latest so many of these states; null: none for their number. */
  readonly keep: number | null;
  /** At most so many with this call, 1 or more. */
  readonly limit: number;
}
