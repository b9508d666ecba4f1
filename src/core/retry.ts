/** Whether and when a job runs again. @module */

/** How long a task waits between attempts, where it says more than a base. Plain data; durations in milliseconds. */
export type BackoffPolicy =
  & {
    /** Share of a pause that chance adds at most, from 0 to 1. */
    readonly jitter: number;
    /** Longest pause; null: an hour for pauses that double, no limit for those that are written out. */
    readonly capMs: number | null;
  }
  & (
    /** Doubles with each attempt, stays the same, or is what a function of the task answers in its executor. */
    | { readonly kind: "exponential" | "fixed" | "function" }
    /** The pause after the first attempt, the second, …; the last one counts for all that follow. */
    | { readonly kind: "list"; readonly delaysMs: readonly number[] }
  );

/** Numbers behind {@linkcode backoffDelay}. */
export interface BackoffOptions {
  /** Backoff after the first failed attempt, in milliseconds. */
  readonly baseMs: number;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** Longest delay, jitter included. @default one hour */
  readonly capMs?: number;
  /** Share of the backoff that is added at most, from 0 to 1. @default 0.2 */
  readonly jitter?: number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** Share of the backoff that jitter adds at most. */
export const JITTER = 0.2;
/** Longest backoff where nothing else is said, in milliseconds. */
export const MAX_BACKOFF_MS = 3_600_000;

/** More doublings lead to any cap; 2 ** 5000 is Infinity, and Infinity * 0 is NaN. */
const MAX_DOUBLINGS = 64;

/**
 * Exponential backoff with jitter: `base × 2^(attempt - 1)`, plus up to 20 % so that jobs that failed together do not
 * come back together. Never shorter than the backoff itself, never longer than the cap (but never below the base).
 *
 * @example
 * ```ts
 * import { backoffDelay } from "@nuvom/nuvom";
 *
 * console.assert(backoffDelay({ baseMs: 1000, attempt: 3, random: () => 0 }) === 4000);
 * ```
 */
export function backoffDelay(options: BackoffOptions): number {
  const { baseMs, attempt, capMs = MAX_BACKOFF_MS, jitter = JITTER, random = Math.random } = options;
  const doublings = Math.min(Math.max(attempt - 1, 0), MAX_DOUBLINGS);
  return jittered(baseMs * 2 ** doublings, { capMs: Math.max(capMs, baseMs), jitter, random });
}

/**
 * The pause before the next attempt.
 *
 * @param policy Undefined: exponential, with the usual jitter and cap.
 */
export function retryDelay(
  policy: BackoffPolicy | undefined,
  { baseMs, attempt, random = Math.random }: Pick<BackoffOptions, "baseMs" | "attempt" | "random">,
): number {
  switch (policy?.kind) {
    case undefined:
      return backoffDelay({ baseMs, attempt, random });
    case "fixed":
      return jittered(baseMs, { ...policy, random });
    case "list":
      return jittered(policy.delaysMs[Math.min(Math.max(attempt, 1), policy.delaysMs.length) - 1]!, {
        ...policy,
        random,
      });
    case "exponential":
    // The function could not be asked: the attempt ended with its executor.
    case "function":
      return policy.capMs === null
        ? backoffDelay({ baseMs, attempt, random, jitter: policy.jitter })
        : backoffDelay({ ...policy, capMs: policy.capMs, baseMs: Math.min(baseMs, policy.capMs), attempt, random });
  }
}

function jittered(
  ms: number,
  { capMs, jitter, random }: { readonly capMs: number | null; readonly jitter: number; readonly random: () => number },
): number {
  // Room for the jitter below the cap, so that those at the cap do not come back together either.
  return Math.round(Math.min(ms, (capMs ?? Infinity) / (1 + jitter)) * (1 + jitter * random()));
}
