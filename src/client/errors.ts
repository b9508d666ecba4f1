/** What a client refuses. @module */

import { NuvomError } from "../core/mod.ts";

const LONGEST_SHOWN = 80;

/** `NUVOM_ORDER_INVALID` */
export function orderInvalid(expected: string, found: unknown): NuvomError {
  const text = JSON.stringify(found) ?? String(found);
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return new NuvomError("NUVOM_ORDER_INVALID", {
    what: `A job can't be enqueued: expected ${expected}, found ${shown}.`,
    mend: "Enqueue through a task (`task.delay`, `task.with`) or `nuvom enqueue`, which check as they are called.",
    exitCode: 2,
  });
}
