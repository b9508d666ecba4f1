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

/** `NUVOM_QUEUE_UNSUPPORTED` */
export function unsupported(capability: string, lacks: string): NuvomError {
  return new NuvomError("NUVOM_QUEUE_UNSUPPORTED", {
    what: `The queue backend ${lacks}: it does not claim "${capability}". Nothing was changed.`,
    mend: "Use a backend that does, such as sqlite.",
  });
}
