/** What no store takes: clients check their jobs, but one that is broken must not break a batch. @module */

import { jobInvalid } from "./errors.ts";
import type { NewJob } from "./job.ts";

/**
 * Looks whether every field of every job is of its type and range.
 * @throws {NuvomError} `NUVOM_JOB_INVALID` for the first bad job, before anything is written.
 */
export function checkJobs(jobs: readonly NewJob[]): void {
  for (const job of jobs) {
    const field = badField(job);
    if (field !== null) throw jobInvalid(job.id, field, job[field]);
  }
}

/** One straight line, for this is done to every job. */
function badField(job: NewJob): keyof NewJob | null {
  if (!isName(job.id)) return "id";
  if (!isName(job.task)) return "task";
  if (typeof job.args !== "string") return "args";
  if (!isName(job.queue)) return "queue";
  if (!Number.isSafeInteger(job.priority)) return "priority";
  if (!isAmount(job.delayMs)) return "delayMs";
  if (!isAmount(job.maxAttempts)) return "maxAttempts";
  if (!isAmount(job.retryDelayMs)) return "retryDelayMs";
  if (!isAmount(job.timeoutMs)) return "timeoutMs";
  if (!isName(job.timeoutPolicy)) return "timeoutPolicy";
  if (typeof job.storeResult !== "boolean") return "storeResult";
  if (job.uniqueKey !== null && !isName(job.uniqueKey)) return "uniqueKey";
  return isAmount(job.uniqueForMs) ? null : "uniqueForMs";
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
