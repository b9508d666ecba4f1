/** The record of a finished job, for a result backend with a store of its own. @module */

import { type FinishedJob, type JobRecord, type LeasedJob, MAX_JOB_ERRORS, type Settlement } from "../core/mod.ts";

/** The record that the settlement leaves behind; null when the job is not finished by it. */
export function finishedJob(job: LeasedJob, settlement: Settlement, now: number): FinishedJob | null {
  const { token: _token, leaseUntil: _leaseUntil, ...record } = job;
  switch (settlement.action) {
    case "succeed":
      return { ...record, state: "SUCCESS", finishedAt: now, result: settlement.result, error: null };
    case "fail":
      return { ...withError(record, settlement), state: "FAILED", finishedAt: now, result: null };
    case "cancel":
      return { ...record, state: "CANCELLED", finishedAt: now, result: null, error: settlement.error };
    default:
      return null;
  }
}

function withError(record: JobRecord, { error, attempt }: Extract<Settlement, { action: "fail" }>): JobRecord {
  const errors = attempt === null ? record.errors : [...record.errors, attempt].slice(-MAX_JOB_ERRORS);
  return { ...record, error, errors };
}
