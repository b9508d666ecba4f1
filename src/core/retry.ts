/** Whether and when a job runs again. @module */

/** Numbers behind {@linkcode backoffDelay}. */
export interface BackoffOptions {
  /** Backoff after the first failed attempt, in milliseconds. */
  readonly baseMs: number;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** Longest delay, jitter included. @default one hour */
  readonly capMs?: number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/** Share of the backoff that jitter adds at most. */
export const JITTER = 0.2;

const ONE_HOUR = 3_600_000;

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
export function backoffDelay({ baseMs, attempt, capMs = ONE_HOUR, random = Math.random }: BackoffOptions): number {
  const highest = Math.max(capMs, baseMs) / (1 + JITTER);
  // The exponent is bounded first: 2 ** 5000 is Infinity, and Infinity * 0 is NaN.
  const backoff = Math.min(highest, baseMs * 2 ** Math.min(Math.max(attempt - 1, 0), 64));
  return Math.round(backoff * (1 + JITTER * random()));
}
