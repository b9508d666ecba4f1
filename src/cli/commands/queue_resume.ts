/** The record of `nuvom queue resume`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/queue_pause.ts`. */
export const queueResume = {
  path: "queue resume",
  group: "Queues",
  summary: "End the pause of a queue",
  description: ["Workers that wait take its jobs at once."],
  positionals: [{ name: "QUEUE", required: true, doc: "Its name." }],
  options: { ...BACKEND_OPTIONS },
  examples: [{ line: "nuvom queue resume mail", doc: "Its jobs run again." }],
} as const satisfies CommandRecord;
