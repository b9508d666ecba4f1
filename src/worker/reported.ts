/** What an executor says of an attempt, checked: foreign code runs in its realm. @module */

import { type ErrorData, MAX_PAYLOAD, type Outcome } from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";
import { jobCancelled, jobTimeout, reportInvalid } from "./errors.ts";

const LONGEST_SNOOZE_MS = 100 * 365 * 86_400_000;

/** How errors of handlers are made readable. */
export interface Readable {
  /** Puts the original files and lines into a stack. */
  readonly mapStack?: (stack: string) => string;
  /** Says what to do about an error. */
  readonly explain?: (task: string, error: ErrorData) => ErrorData;
}

/**
 * The outcome that counts: what the handler reported, unless the attempt had been told to stop. Null when it has to go
 * back to the queue without an outcome.
 */
export function countedOutcome(attempt: Attempt, reported: unknown, readable: Readable = {}): Outcome | null {
  switch (attempt.abort) {
    case "timeout":
      return { kind: "timeout", error: jobTimeout(attempt.job), ...retryIn(reported) };
    case "cancelled":
      return { kind: "cancelled", error: jobCancelled(attempt.job) };
    case "shutdown": {
      const outcome = checked(attempt, reported, readable);
      return outcome.kind === "success" || outcome.kind === "snoozed" ? outcome : null;
    }
    case "lease lost":
      return null;
    case null:
      return checked(attempt, reported, readable);
  }
}

function checked(attempt: Attempt, reported: unknown, readable: Readable = {}): Outcome {
  const outcome = (reported ?? {}) as Partial<Record<string, unknown>>;
  if (outcome.kind === "success" && isResult(outcome.result)) return reported as Outcome;
  if (outcome.kind === "failure" && isError(outcome.error)) {
    const error = mapped(outcome.error, readable.mapStack);
    const explained = readable.explain?.(attempt.job.task, error) ?? error;
    return { kind: "failure", error: explained, retryable: outcome.retryable !== false, ...retryIn(reported) };
  }
  if (outcome.kind === "snoozed" && isDelay(outcome.delayMs)) return { kind: "snoozed", delayMs: outcome.delayMs };
  return { kind: "failure", error: reportInvalid(attempt.job), retryable: true };
}

/** What the task's own backoff function answered. */
function retryIn(reported: unknown): { readonly retryInMs?: number } {
  const { retryInMs } = (reported ?? {}) as { readonly retryInMs?: unknown };
  return isDelay(retryInMs) ? { retryInMs } : {};
}

function isResult(value: unknown): value is string | null {
  return value === null || typeof value === "string" && value.length <= MAX_PAYLOAD;
}

function isError(value: unknown): value is ErrorData {
  const error = value as Partial<ErrorData> | null;
  return typeof error === "object" && typeof error?.name === "string" && typeof error.message === "string";
}

function isDelay(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= LONGEST_SNOOZE_MS;
}

function mapped(error: ErrorData, mapStack: Readable["mapStack"]): ErrorData {
  if (mapStack === undefined) return error;
  return {
    ...error,
    ...(typeof error.stack === "string" ? { stack: mapStack(error.stack) } : {}),
    ...(isError(error.cause) ? { cause: mapped(error.cause, mapStack) } : {}),
  };
}
