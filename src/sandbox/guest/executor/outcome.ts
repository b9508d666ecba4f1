/** What a handler returned or threw, as an outcome. @module */

import { MAX_PAYLOAD, type Outcome, toErrorData } from "../../../core/mod.ts";
import { jsonLoss } from "../../../sdk/json.ts";
import { Discard, Snooze } from "../../../sdk/mod.ts";
import { resultNotJson, resultTooLarge } from "./errors.ts";

const NOTHING: Outcome = { kind: "success", result: null };

/** The outcome of a handler that returned. A result that can't be kept will not get better by running again. */
export function returnedOutcome(task: string, value: unknown): Outcome {
  if (value === undefined) return NOTHING;
  let result: string;
  try {
    const loss = jsonLoss(value, "result");
    if (loss?.length !== undefined) return failed(resultTooLarge(task, loss.length), false);
    if (loss !== null) return failed(resultNotJson(task, `${loss.place} is ${loss.found}`), false);
    result = JSON.stringify(value);
  } catch (error) {
    return failed(resultNotJson(task, "reading it threw an error", error), false);
  }
  if (result.length > MAX_PAYLOAD) return failed(resultTooLarge(task, result.length), false);
  return { kind: "success", result };
}

/** The outcome of a handler that threw. @param retryInMs The task's own backoff, where that is a function. */
export function thrownOutcome(thrown: unknown, retryInMs?: () => number | undefined): Outcome {
  if (thrown instanceof Snooze) return { kind: "snoozed", delayMs: thrown.delayMs };
  if (thrown instanceof Discard) return failed(thrown, false);
  const outcome = failed(thrown, true);
  const delayMs = retryInMs?.();
  return delayMs === undefined ? outcome : { ...outcome, retryInMs: delayMs };
}

/** A failure that says why. */
export function failed(thrown: unknown, retryable: boolean): Extract<Outcome, { readonly kind: "failure" }> {
  return { kind: "failure", error: describe(thrown), retryable };
}

/** Even an error whose own getters throw must end its attempt. */
function describe(thrown: unknown) {
  try {
    return toErrorData(thrown);
  } catch {
    return { name: "Error", message: "The handler threw a value that can't be described." };
  }
}
