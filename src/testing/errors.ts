/** What goes wrong around a case. @module */

import { NuvomError } from "../core/mod.ts";

/** `NUVOM_TEST_LATE` */
export function tooLate(what: string, ms: number): NuvomError {
  return new NuvomError("NUVOM_TEST_LATE", { what: `After ${ms} ms ${what} was still not there.` });
}

/** `NUVOM_TEST_LIMIT` */
export function overLimit(ms: number, calls: readonly string[]): NuvomError {
  const pending = calls.length === 0 ? "No call was pending" : `Never answered: ${calls.join(", ")}`;
  return new NuvomError("NUVOM_TEST_LIMIT", {
    what: `The case did not end within ${ms} ms. ${pending}.`,
  });
}

/** `NUVOM_TEST_LEAK` */
export function timersLeft(count: number): NuvomError {
  return new NuvomError("NUVOM_TEST_LEAK", {
    what: `After close() ${count} timer(s) of the backend were left.`,
    mend: "Cancel what waits when the backend is closed.",
  });
}
