/** Jobs as commands show them. @module */

import { type ErrorData, formatDuration, type JobRecord, type JobState } from "../core/mod.ts";
import type { Paint, Style } from "./style.ts";

/** A job for programs: what `status --json` prints, and `history recent --json` in an array. */
export interface JobDocument {
  readonly id: string;
  readonly task: string;
  readonly state: JobState;
  readonly args: unknown;
  readonly queue: string;
  /** Attempts that were begun. */
  readonly attempts: number;
  readonly maxAttempts: number;
  /** What the handler returned. */
  readonly result: unknown;
  readonly error: ErrorDocument | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** An error without its stack. */
export interface ErrorDocument {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** The short form of a record. */
export function jobDocument(job: JobRecord): JobDocument {
  return {
    id: job.id,
    task: job.task,
    state: job.state,
    args: parsed(job.args),
    queue: job.queue,
    attempts: job.attempts,
    maxAttempts: job.maxAttempts,
    result: parsed(job.result),
    error: job.error === null ? null : errorDocument(job.error),
    createdAt: isoTime(job.createdAt)!,
    finishedAt: isoTime(job.finishedAt),
  };
}

/** Leaves out stack and causes. */
export function errorDocument({ name, message, code }: ErrorData): ErrorDocument {
  return { name, message, ...(code === undefined ? {} : { code }) };
}

/** Everything that is kept, with times in ISO 8601 and JSON texts as values. */
export function jobDetails(job: JobRecord): Readonly<Record<string, unknown>> {
  return {
    ...job,
    args: parsed(job.args),
    result: parsed(job.result),
    createdAt: isoTime(job.createdAt),
    runAt: isoTime(job.runAt),
    startedAt: isoTime(job.startedAt),
    finishedAt: isoTime(job.finishedAt),
    errors: job.errors.map((error) => ({ ...error, at: isoTime(error.at) })),
  };
}

/** `5s ago`, `in 2m 0s`, `now`. */
export function relativeTime(at: number, now: number): string {
  const ms = now - at;
  if (Math.abs(ms) < 1_000) return "now";
  return ms > 0 ? `${formatDuration(ms)} ago` : `in ${formatDuration(-ms)}`;
}

/** ISO 8601, null for null. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

/** The colour of a state. */
export function statePaint(state: JobState, style: Style): Paint {
  if (state === "SUCCESS") return style.green;
  if (state === "FAILED") return style.red;
  return state === "RUNNING" ? style.bold : style.yellow;
}

/** A foreign store may answer what is no JSON: then the text itself is shown. */
function parsed(json: string | null): unknown {
  try {
    return json === null ? null : JSON.parse(json);
  } catch {
    return json;
  }
}
