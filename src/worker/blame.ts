/** Whose fault it is that an executor ended. Pure. @module */

import type { Attempt } from "./attempt.ts";

/** What is known of an executor's end. */
export interface ExecutorEnd {
  /** `timeout`: the worker ended it because attempts went on after their grace time. */
  readonly reason: "stopped" | "timeout" | "memory" | "crashed";
  /** Attempts whose handlers had been announced. */
  readonly started: readonly Attempt[];
  /** Those that went on after their grace time. */
  readonly overdue: ReadonlySet<Attempt>;
  /** Whether its event loop still answered; false when a handler blocked it. */
  readonly responsive: boolean;
}

/** The started attempts, sorted by blame. */
export interface Blame {
  /** Their attempt counts. */
  readonly guilty: readonly Attempt[];
  /** One of them is guilty; the likeliest first. They have to run alone. */
  readonly suspects: readonly Attempt[];
  /** They go back at no cost. */
  readonly innocent: readonly Attempt[];
}

/**
 * An attempt is only blamed for what it surely did: it was the only one, or it ignored its own signal while the event
 * loop was running. When a loop is blocked or a process dies under several attempts, all of them are suspects.
 */
export function blame(end: ExecutorEnd): Blame {
  if (end.reason === "stopped") return { guilty: [], suspects: [], innocent: end.started };
  // Nobody waits for these any more; they end here whether they are guilty or not.
  const given = end.started.filter((attempt) => attempt.abort === "cancelled");
  const rest = end.started.filter((attempt) => attempt.abort !== "cancelled");
  if (end.reason === "timeout" && end.responsive) {
    return {
      guilty: [...given, ...rest.filter((attempt) => end.overdue.has(attempt))],
      suspects: [],
      innocent: rest.filter((attempt) => !end.overdue.has(attempt)),
    };
  }
  if (end.started.length === 1) return { guilty: end.started, suspects: [], innocent: [] };
  return { guilty: given, suspects: rest.sort((a, b) => bySuspicion(end.overdue, a, b)), innocent: [] };
}

/** Who was over its time comes first, then who started last: what a blocked loop did last is what blocks it. */
function bySuspicion(overdue: ReadonlySet<Attempt>, a: Attempt, b: Attempt): number {
  return Number(overdue.has(b)) - Number(overdue.has(a)) || b.startOrder - a.startOrder;
}
