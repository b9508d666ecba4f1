/** The record of `nuvom cancel`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS } from "../options.ts";

/** See `../run/cancel.ts`. */
export const cancel = {
  path: "cancel",
  group: "Jobs",
  summary: "End jobs that wait or run",
  description: [
    "A job that waits ends as CANCELLED at once. The worker of one that runs is told, wherever it is, within a third of " +
    "NUVOM_LEASE_SECS: it aborts the handler's signal, and ends the handler by force after NUVOM_TIMEOUT_GRACE_SECS.",
    "Exit code 4: an id is unknown. 1: a job had ended already, and stays as it is.",
  ],
  positionals: [{ name: "ID", required: true, many: true, doc: "The ids that `nuvom enqueue` printed." }],
  options: { ...BACKEND_OPTIONS },
  examples: [{ line: "nuvom cancel 01J9Z3QK5T1M6W7X8Y9Z0A1B2C", doc: "One job." }],
} as const satisfies CommandRecord;
