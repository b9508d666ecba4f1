/** A promise of a contract as data. @module */

import type { QueueCapability } from "../core/mod.ts";

/** What a case is about. */
export type CaseGroup =
  | "enqueue"
  | "lease"
  | "settle"
  | "retry"
  | "crash"
  | "cancel"
  | "pause"
  | "report"
  | "operations"
  | "shutdown"
  | "results";

/** One promise, and how it is tested. */
export interface ConformanceCase<H> {
  /** Unique among the cases of its kind: what does what, when. */
  readonly name: string;
  /** What it is about. */
  readonly group: CaseGroup;
  /** Only backends that claim all of these make the promise. */
  readonly needs: readonly QueueCapability[];
  /** Rejects when the promise is broken. Works with fake and with real time, near and over a network. */
  run(harness: H): Promise<void>;
}

/** Cases of one group. */
export function inGroup<H>(
  group: CaseGroup,
  cases: readonly Omit<ConformanceCase<H>, "group">[],
): readonly ConformanceCase<H>[] {
  return cases.map((one) => ({ ...one, group }));
}
