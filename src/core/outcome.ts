/** How an attempt ends. @module */

import type { ErrorData } from "./errors.ts";

/** The closed set of ways in which an attempt ends. */
export type Outcome =
  /** The handler returned; `result` is the JSON text of the value, null for undefined. */
  | { readonly kind: "success"; readonly result: string | null }
  /**
   * The handler threw; `retryable: false` skips the attempts that are left. `retryInMs` is what the task's own backoff
   * function answered.
   */
  | { readonly kind: "failure"; readonly error: ErrorData; readonly retryable: boolean; readonly retryInMs?: number }
  /** The time limit passed. */
  | { readonly kind: "timeout"; readonly error: ErrorData; readonly retryInMs?: number }
  | { readonly kind: "cancelled"; readonly error: ErrorData }
  /** The handler asked to be run again later, at no cost in attempts. */
  | { readonly kind: "snoozed"; readonly delayMs: number }
  /** The executor died under it; only an attempt that ran alone counts. */
  | { readonly kind: "lost"; readonly error: ErrorData };

/** The names of the outcomes, for labels of metrics. */
export const OUTCOME_KINDS: readonly Outcome["kind"][] = [
  "success",
  "failure",
  "timeout",
  "cancelled",
  "snoozed",
  "lost",
];
