/** The record of `nuvom queue pause`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/queue_pause.ts`. */
export const queuePause = {
  path: "queue pause",
  group: "Queues",
  summary: "Keep back the jobs of a queue",
  description: ["No worker takes jobs of it until `nuvom queue resume`. What runs goes on, and new jobs are taken in."],
  positionals: [{ name: "QUEUE", required: true, doc: "Its name; it may be a queue that has no jobs yet." }],
  options: { ...BACKEND_OPTIONS },
  examples: [{ line: "nuvom queue pause mail", doc: "No mail is sent until it is resumed." }],
} as const satisfies CommandRecord;
