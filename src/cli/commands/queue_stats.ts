/** The record of `nuvom queue stats`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/queue_stats.ts`. */
export const queueStats = {
  path: "queue stats",
  group: "Queues",
  summary: "Count the jobs of each queue by state",
  description: [
    "Pending jobs could run now, scheduled ones wait for their time, retrying ones for the backoff after a failed attempt. " +
    "LAG is how long the oldest pending job could have run already.",
  ],
  positionals: [{
    name: "QUEUE",
    required: false,
    doc: "Only this queue. By default all that hold jobs or are paused.",
  }],
  options: { ...BACKEND_OPTIONS },
  examples: [{ line: "nuvom queue stats", doc: "All queues." }, {
    line: "nuvom queue stats mail --json",
    doc: "One, for a program.",
  }],
} as const satisfies CommandRecord;
