/** The record of `nuvom version`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/version.ts`. */
export const version = {
  path: "version",
  group: "Project",
  summary: "Show the versions of nuvom and what it is built on",
  description: [],
  positionals: [],
  options: {},
  examples: [{ line: "nuvom version", doc: "Also as nuvom --version." }],
} as const satisfies CommandRecord;
