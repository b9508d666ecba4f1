/** The record of `nuvom queue clear`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS, YES_OPTION } from "../options.ts";

/** See `../run/queue_clear.ts`. */
export const queueClear = {
  path: "queue clear",
  group: "Queues",
  summary: "Remove the jobs that wait",
  description: [
    "Those that could run, those that are scheduled and those that wait for a retry are gone for good, and their unique keys " +
    "are free. Running and finished jobs are not touched.",
  ],
  positionals: [{ name: "QUEUE", required: false, doc: "Only of this queue. By default of all." }],
  options: { ...YES_OPTION, ...BACKEND_OPTIONS },
  examples: [
    { line: "nuvom queue clear mail", doc: "Asks, then removes what waits in one queue." },
    { line: "nuvom queue clear --yes", doc: "Removes everything that waits." },
  ],
} as const satisfies CommandRecord;
