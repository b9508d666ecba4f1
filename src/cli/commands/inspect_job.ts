/** The record of `nuvom inspect job`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/inspect_job.ts`. */
export const inspectJob = {
  path: "inspect job",
  group: "Jobs",
  summary: "Show all that is kept of a job",
  description: ["Arguments, times, result, and the errors of every attempt. An unknown id ends with exit code 4."],
  positionals: [{ name: "ID", required: true, doc: "The id that `nuvom enqueue` printed." }],
  options: { ...BACKEND_OPTIONS },
  examples: [{ line: "nuvom inspect job 01J9Z3QK5T1M6W7X8Y9Z0A1B2C", doc: "Everything about one job." }],
} as const satisfies CommandRecord;
