/** Durations: milliseconds inside, human text such as `"30s"` at the edges. @module */

import { NuvomError } from "./errors.ts";

/** Milliseconds, or text such as `"250ms"`, `"30s"`, `"5m"`, `"2h"`, `"7d"`. */
export type Duration = number | string;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const MAX_MS = 100 * 365 * 86_400_000;

/**
 * Reads a duration.
 *
 * @param value Milliseconds, or a number with one of the units ms, s, m, h, d.
 * @param what What the duration is of, for the error message.
 * @returns Milliseconds, from 0 to 100 years.
 * @throws {NuvomError} `NUVOM_DURATION_INVALID`
 *
 * @example
 * ```ts
 * import { parseDuration } from "@nuvom/nuvom";
 *
 * console.assert(parseDuration("1.5s", "the delay") === 1500);
 * ```
 */
export function parseDuration(value: Duration, what: string): number {
  const ms = typeof value === "number" ? value : typeof value === "string" ? parseText(value) : NaN;
  if (!Number.isFinite(ms) || ms < 0 || ms > MAX_MS) {
    throw new NuvomError("NUVOM_DURATION_INVALID", {
      what: `${JSON.stringify(value)} is no duration for ${what}.`,
      mend: 'Write milliseconds as a number, or a text such as "250ms", "30s", "5m", "2h" or "7d" (at most 100 years).',
      exitCode: 2,
    });
  }
  return Math.round(ms);
}

function parseText(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  return match === null ? NaN : Number(match[1]) * UNITS[match[2]!]!;
}

/** Milliseconds as short human text: `950ms`, `1.5s`, `2m 5s`, `3h 20m`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))}s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)}m ${Math.round((ms % 60_000) / 1_000)}s`;
  return `${Math.floor(ms / 3_600_000)}h ${Math.round((ms % 3_600_000) / 60_000)}m`;
}
