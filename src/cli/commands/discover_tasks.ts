/** The record of `nuvom discover tasks`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/discover_tasks.ts`. */
export const discoverTasks = {
  path: "discover tasks",
  group: "Tasks",
  summary: "Import the task modules and keep the list of their tasks",
  description: [
    "Imports what [tasks] of the manifest names, with the permissions that are granted there, and writes " +
    ".nuvom/manifest.json. Other commands do this by themselves when a file has changed.",
  ],
  positionals: [],
  options: { ...CODE_OPTIONS },
  examples: [{
    line: "nuvom discover tasks",
    doc: "Finds out what a changed module exports, or what is wrong with it.",
  }],
} as const satisfies CommandRecord;
