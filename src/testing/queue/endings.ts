/** Ends of leases that many cases use. @module */

import type { AttemptError, ErrorData } from "../../core/mod.ts";
import type { Ending } from "../queue_harness.ts";

/** An error with all that one can have. */
export const ERROR: ErrorData = {
  name: "TypeError",
  message: 'Ünexpected "token"\n\u0000 👍',
  code: "E_TEST",
  stack: "TypeError: at a.ts:1:2\n    at b.ts:3:4",
  cause: { name: "Error", message: "the cause", cause: { name: "Error", message: "its cause" } },
};

/** The error of an attempt; times of a worker are not those of the store. */
export function failedAttempt(attempt: number): AttemptError {
  return { attempt, at: 1_700_000_000_000 + attempt, outcome: "failure", error: ERROR };
}

/** A failed attempt that is to be repeated. */
export function retry(attempt: number, delayMs: number): Ending {
  return { action: "retry", delayMs, attempt: failedAttempt(attempt) };
}
