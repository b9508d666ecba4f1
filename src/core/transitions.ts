/** How a record changes along a job's life: for stores that keep records as objects. @module */

import type { ErrorData } from "./errors.ts";
import {
  type FinishedJob,
  type JobRecord,
  type LeasedJob,
  MAX_JOB_ERRORS,
  MAX_LEASE_LOSSES,
  type NewJob,
} from "./job.ts";
import type { LeaseRequest, Settlement } from "./queue_backend.ts";

/** A job that was just taken. */
export function newRecord(job: NewJob, now: number): JobRecord {
  return {
    ...job,
    state: job.delayMs > 0 ? "SCHEDULED" : "PENDING",
    createdAt: now,
    runAt: now + job.delayMs,
    attempts: 0,
    losses: 0,
    startedAt: null,
    finishedAt: null,
    workerId: null,
    result: null,
    error: null,
    errors: [],
  };
}

/** A job that was just handed out; the attempt is counted. */
export function leasedRecord(job: JobRecord, request: LeaseRequest, token: string, now: number): LeasedJob {
  return {
    ...job,
    state: "RUNNING",
    attempts: job.attempts + 1,
    startedAt: now,
    workerId: request.workerId,
    token,
    leaseUntil: now + request.leaseMs,
  };
}

/** A job whose lease ended by a settlement. */
export function settledRecord(leased: LeasedJob, settlement: Settlement, now: number): JobRecord {
  const job = plainRecord(leased);
  switch (settlement.action) {
    case "succeed":
      return {
        ...job,
        state: "SUCCESS",
        startedAt: startOf(job, settlement.ranMs, now),
        finishedAt: now,
        result: job.storeResult ? settlement.result : null,
      };
    case "fail": {
      const errors = settlement.attempt === null ? job.errors : cap([...job.errors, settlement.attempt]);
      const startedAt = startOf(job, settlement.ranMs, now);
      return { ...job, state: "FAILED", startedAt, finishedAt: now, error: settlement.error, errors };
    }
    case "cancel":
      return {
        ...job,
        state: "CANCELLED",
        startedAt: startOf(job, settlement.ranMs, now),
        finishedAt: now,
        error: settlement.error,
      };
    case "retry":
      return { ...waiting(job, settlement.delayMs, now), errors: cap([...job.errors, settlement.attempt]) };
    case "snooze":
      return { ...waiting(job, settlement.delayMs, now), attempts: job.attempts - 1 };
    case "release":
      return { ...waiting(job, 0, now), runAt: job.runAt, attempts: job.attempts - 1 };
  }
}

/** When the handler was called, as far as is known: not before the lease. */
function startOf({ startedAt }: JobRecord, ranMs: number | undefined, now: number): number | null {
  return startedAt === null || ranMs === undefined ? startedAt : Math.max(startedAt, now - Math.round(ranMs));
}

/** A job whose lease ran out: ready again, or `FAILED` after too many losses. */
export function rescuedRecord(leased: LeasedJob, now: number): JobRecord {
  const job = plainRecord(leased);
  const losses = job.losses + 1;
  const back = { ...waiting(job, 0, now), runAt: job.runAt, attempts: job.attempts - 1, losses };
  return losses < MAX_LEASE_LOSSES ? back : { ...back, state: "FAILED", finishedAt: now, error: lostTooOften(job.id) };
}

/** A job that ended, and is to run again by someone's wish. */
export function retriedRecord(job: FinishedJob, now: number): JobRecord {
  const { code } = lostTooOften(job.id);
  const lost = job.error?.code === code && job.errors.at(-1)?.error.code !== code;
  const last = { attempt: job.attempts, at: job.finishedAt, outcome: "lost", error: job.error! } as const;
  return {
    ...waiting(job, 0, now),
    // Only of this end nothing stands among the errors yet.
    errors: lost ? cap([...job.errors, last]) : job.errors,
    maxAttempts: Math.max(job.maxAttempts, job.attempts + 1),
    losses: 0,
    finishedAt: null,
    result: null,
    error: null,
  };
}

/** Why a job ends whose worker dies each time. */
export function lostTooOften(id: string): ErrorData {
  return {
    name: "NuvomError",
    code: "NUVOM_JOB_LOST",
    message: `The lease of job ${id} ran out ${MAX_LEASE_LOSSES} times without a settle: its worker dies each time.`,
  };
}

/** What a cancelled job says of its end. */
export function cancelledByUser(id: string): ErrorData {
  return { name: "NuvomError", code: "NUVOM_JOB_CANCELLED", message: `Job ${id} was cancelled.` };
}

/** Whether the job is over. */
export function isFinished(job: JobRecord): job is FinishedJob {
  return job.finishedAt !== null;
}

function waiting(job: JobRecord, delayMs: number, now: number): JobRecord {
  return {
    ...job,
    state: delayMs > 0 ? "SCHEDULED" : "PENDING",
    runAt: now + delayMs,
    startedAt: null,
    workerId: null,
  };
}

function plainRecord({ token: _token, leaseUntil: _leaseUntil, ...job }: LeasedJob): JobRecord {
  return job;
}

function cap<T>(list: readonly T[]): readonly T[] {
  return list.slice(-MAX_JOB_ERRORS);
}
