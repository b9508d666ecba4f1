/** The record of `nuvom history recent`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS, FINISHED_OPTIONS } from "../options.ts";

/** See `../run/history_recent.ts`. */
export const historyRecent = {
  path: "history recent",
  group: "Jobs",
  summary: "List the jobs that ended last",
  description: ["The latest comes first."],
  positionals: [],
  options: {
    "limit": { type: "integer", metavar: "N", min: 1, max: 100_000, default: 20, doc: "At most so many jobs." },
    "status": {
      type: "choice",
      metavar: "STATE",
      choices: ["SUCCESS", "FAILED", "CANCELLED"],
      doc: "Only jobs that ended so.",
    },
    ...FINISHED_OPTIONS,
    ...BACKEND_OPTIONS,
  },
  examples: [
    { line: "nuvom history recent", doc: "The last 20 jobs." },
    { line: "nuvom history recent --status failed --limit 5", doc: "The last five that failed." },
    {
      line: "nuvom history recent --status failed --task mail.send --since 2h",
      doc: "What failed lately of one task.",
    },
  ],
} as const satisfies CommandRecord;
