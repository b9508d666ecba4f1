/** The record of `nuvom status`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/status.ts`. */
export const status = {
  path: "status",
  group: "Jobs",
  summary: "Show the state of a job, and its result or error",
  description: [
    "The state is PENDING, SCHEDULED, RUNNING, SUCCESS, FAILED or CANCELLED. An unknown id ends with exit code 4.",
  ],
  positionals: [{ name: "ID", required: true, doc: "The id that `nuvom enqueue` printed." }],
  options: { ...BACKEND_OPTIONS },
  examples: [
    { line: "nuvom status 01J9Z3QK5T1M6W7X8Y9Z0A1B2C", doc: "State, attempts and result." },
    { line: "nuvom status 01J9Z3QK5T1M6W7X8Y9Z0A1B2C --json", doc: "The same for programs." },
  ],
} as const satisfies CommandRecord;
