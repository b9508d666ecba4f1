/** What follows an outcome: the one place that decides on retries. Pure. @module */

import {
  type AttemptError,
  type BackoffPolicy,
  type ErrorData,
  type LeasedJob,
  type NextStep,
  type Outcome,
  retryDelay,
  type Settlement,
} from "../core/mod.ts";
import { jobPoison } from "./errors.ts";

/** A job that has ended its executor so often is not run again. */
export const MAX_EXECUTOR_LOSSES = 3;

/** The way on for a job. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly settlement: Settlement;
  readonly next: NextStep;
  /** Until the next attempt, where there is one. */
  readonly delayMs?: number;
}

/** What a verdict depends on beside job and outcome. */
export interface VerdictContext {
  /** Time of the end, in milliseconds since the epoch. */
  readonly now: number;
  /** Executors that this job has ended, this time included. */
  readonly losses: number;
  /** From 0 to 1, for the jitter. */
  readonly random: () => number;
  /** How long the handler ran; undefined where it was not called. */
  readonly ranMs?: number;
  /** Of the task; undefined: the usual one. */
  readonly backoff?: BackoffPolicy;
}

/** Decides what follows the outcome of an attempt. */
export function verdictOf(job: LeasedJob, outcome: Outcome, context: VerdictContext): Verdict {
  switch (outcome.kind) {
    case "success":
      return {
        outcome,
        next: "done",
        settlement: {
          id: job.id,
          token: job.token,
          action: "succeed",
          result: job.storeResult ? outcome.result : null,
          ...ran(context),
        },
      };
    case "failure":
      return retryOrFail(job, outcome, outcome.retryable, context);
    case "timeout":
      return retryOrFail(job, outcome, job.timeoutPolicy !== "fail", context);
    case "cancelled":
      return {
        outcome,
        next: "cancelled",
        settlement: { id: job.id, token: job.token, action: "cancel", error: outcome.error, ...ran(context) },
      };
    case "snoozed":
      return snoozed(job, outcome, outcome.delayMs);
    case "lost":
      return lost(job, outcome, context);
    default:
      return unreachable(outcome);
  }
}

/** The way back into the queue for an attempt that is not to blame. */
export function released(job: LeasedJob, outcome: Outcome): Verdict {
  return { outcome, next: "released", settlement: { id: job.id, token: job.token, action: "release" } };
}

/** Back into the queue for a while, at no cost in attempts. */
export function snoozed(job: LeasedJob, outcome: Outcome, delayMs: number): Verdict {
  return { outcome, next: "snoozed", delayMs, settlement: { id: job.id, token: job.token, action: "snooze", delayMs } };
}

type FailedOutcome = Extract<Outcome, { readonly error: ErrorData }>;

function retryOrFail(job: LeasedJob, outcome: FailedOutcome, retryable: boolean, context: VerdictContext): Verdict {
  if (retryable && job.attempts < job.maxAttempts) return retry(job, outcome, context);
  return fail(job, outcome, outcome.error, context);
}

/** Losses have a limit of their own: a job without retries still survives the crash of an executor. */
function lost(job: LeasedJob, outcome: FailedOutcome, context: VerdictContext): Verdict {
  if (context.losses < MAX_EXECUTOR_LOSSES) return retry(job, outcome, context);
  return fail(job, outcome, jobPoison(job, context.losses, outcome.error.message), context);
}

function retry(job: LeasedJob, outcome: FailedOutcome, { now, random, backoff }: VerdictContext): Verdict {
  const delayMs = ownDelay(outcome, backoff) ??
    retryDelay(backoff, { baseMs: job.retryDelayMs, attempt: job.attempts, random });
  const attempt = attemptError(job, outcome, now);
  return {
    outcome,
    next: "retry",
    delayMs,
    settlement: { id: job.id, token: job.token, action: "retry", delayMs, attempt },
  };
}

/** What the task's function answered, below the task's cap. */
function ownDelay(outcome: FailedOutcome, backoff: BackoffPolicy | undefined): number | undefined {
  if (!("retryInMs" in outcome) || outcome.retryInMs === undefined) return undefined;
  return Math.min(outcome.retryInMs, backoff?.capMs ?? Infinity);
}

function fail(job: LeasedJob, outcome: FailedOutcome, error: ErrorData, context: VerdictContext): Verdict {
  const attempt = attemptError(job, outcome, context.now);
  return {
    outcome,
    next: "failed",
    settlement: { id: job.id, token: job.token, action: "fail", error, attempt, ...ran(context) },
  };
}

function ran({ ranMs }: VerdictContext): { readonly ranMs?: number } {
  return ranMs === undefined ? {} : { ranMs };
}

function attemptError(job: LeasedJob, outcome: FailedOutcome, at: number): AttemptError {
  return { attempt: job.attempts, at, outcome: outcome.kind, error: outcome.error };
}

function unreachable(outcome: never): never {
  throw new TypeError(`no such outcome: ${JSON.stringify(outcome)}`);
}
