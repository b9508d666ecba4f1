/** The record of `nuvom history prune`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS, YES_OPTION } from "../options.ts";

/** See `../run/history_prune.ts`. */
export const historyPrune = {
  path: "history prune",
  group: "Jobs",
  summary: "Forget finished jobs",
  description: [
    "Their results, errors and logs are gone for good. Jobs that wait or run are not touched. Workers do the same by " +
    "themselves, as the settings NUVOM_KEEP_… say.",
  ],
  positionals: [],
  options: {
    "status": {
      type: "choice",
      metavar: "STATE",
      choices: ["SUCCESS", "FAILED", "CANCELLED"],
      doc: "Only jobs that ended so.",
    },
    "older-than": { type: "duration", metavar: "DURATION", doc: "Those that ended so long ago, such as 7d." },
    "keep": { type: "integer", metavar: "N", min: 0, max: 1_000_000_000, doc: "Those that are not among the last N." },
    ...YES_OPTION,
    ...BACKEND_OPTIONS,
  },
  examples: [
    { line: "nuvom history prune --older-than 7d", doc: "Asks, then forgets what ended a week ago or earlier." },
    { line: "nuvom history prune --status success --keep 1000 --yes", doc: "Keeps the last thousand that succeeded." },
  ],
} as const satisfies CommandRecord;
