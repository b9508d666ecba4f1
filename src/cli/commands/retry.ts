/** The record of `nuvom retry`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS, FINISHED_OPTIONS } from "../options.ts";

/** See `../run/retry.ts`. */
export const retry = {
  path: "retry",
  group: "Jobs",
  summary: "Run jobs again that failed or were cancelled",
  description: [
    "They are ready at once, keep the errors of their attempts, and get the attempts that they have left, at least one. With " +
    "--failed all jobs that ended as FAILED, the latest first; those that fail meanwhile are left alone.",
    "Exit code 4: an id is unknown. 1: a job has succeeded or has not ended, or another one holds its unique key; it stays as " +
    "it is.",
  ],
  positionals: [{ name: "ID", required: false, many: true, doc: "The jobs; or say --failed." }],
  options: {
    "failed": { type: "flag", doc: "All jobs that ended as FAILED and fit the options below." },
    ...FINISHED_OPTIONS,
    "limit": { type: "integer", metavar: "N", min: 1, max: 100_000_000, doc: "At most so many. By default all." },
    ...BACKEND_OPTIONS,
  },
  examples: [
    { line: "nuvom retry 01J9Z3QK5T1M6W7X8Y9Z0A1B2C", doc: "One job." },
    {
      line: "nuvom retry --failed --task mail.send --since 2h",
      doc: "After an outage: what failed in the last two hours.",
    },
  ],
} as const satisfies CommandRecord;
