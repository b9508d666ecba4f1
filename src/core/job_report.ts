/** What a running job tells of itself: how far it is, and lines of a log of its own. @module */

import type { LeaseRef } from "./job.ts";

/** How many lines of its log a job keeps; the first ones are dropped. */
export const MAX_JOB_LOG = 100;
/** Longest line of a job's log and longest note of its progress, in characters; the rest is cut off. */
export const MAX_LOG_LINE = 1_000;

/** How far a job is. */
export interface JobProgress {
  /** From 0 to 1. */
  readonly value: number;
  /** What it does just now, at most {@linkcode MAX_LOG_LINE} characters; null when it did not say. */
  readonly note: string | null;
  /** Of the attempt that said so, from 1: after a retry it is that of the last attempt until the new one says something. */
  readonly attempt: number;
  /** When it was said, by the clock of the worker: milliseconds since the epoch. */
  readonly at: number;
}

/** A line of a job's log. */
export interface JobLogLine {
  /** When it was written, by the clock of the worker: milliseconds since the epoch. */
  readonly at: number;
  /** Of the attempt that wrote it, from 1. */
  readonly attempt: number;
  /** How much it matters. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** At most {@linkcode MAX_LOG_LINE} characters. */
  readonly message: string;
}

/** What one running job has told since its last report. */
export interface JobReport extends LeaseRef {
  /** The latest; null when it said nothing new. */
  readonly progress: JobProgress | null;
  /** New lines, oldest first. */
  readonly log: readonly JobLogLine[];
}

/** All that a job has told and that is kept. */
export interface JobTrace {
  /** The latest; null when it never told any. */
  readonly progress: JobProgress | null;
  /** Of all its attempts, oldest first, at most {@linkcode MAX_JOB_LOG} lines. */
  readonly log: readonly JobLogLine[];
}

/** What is kept of a job after one more report; caps are applied here, so that every store has the same. */
export function traceWith(trace: JobTrace | null, { progress, log }: Pick<JobReport, "progress" | "log">): JobTrace {
  const told = log.slice(-MAX_JOB_LOG).map((line) => ({ ...line, message: cut(line.message) }));
  const noted = progress?.note == null ? progress : { ...progress, note: cut(progress.note) };
  return { progress: noted ?? trace?.progress ?? null, log: [...trace?.log ?? [], ...told].slice(-MAX_JOB_LOG) };
}

function cut(text: string): string {
  return text.length <= MAX_LOG_LINE ? text : `${text.slice(0, MAX_LOG_LINE - 1)}…`;
}
