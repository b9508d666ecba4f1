/** The record of `nuvom plugin lock`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_lock.ts`. */
export const pluginLock = {
  path: "plugin lock",
  group: "Plugins",
  summary: "Make the lock agree with the manifest",
  description: [
    "Fetches and locks what the manifest names and the lock does not know: plugins, task modules, and what files of the " +
    "project import from URLs. What is locked stays as it is, and what the manifest names no more goes. Commit the " +
    "lock with the manifest.",
    "What stands in the manifest counts as consent, to code and permissions, when it is locked for the first time. " +
    "With --frozen nothing is written, and a lock that does not agree ends the command with 3.",
    "Task modules are locked so, too:",
    '  [tasks]\n  modules = ["./tasks/**/*.ts", "https://tasks.example.com/reports/1.0.0/mod.ts"]',
  ],
  positionals: [],
  options: { ...CODE_OPTIONS },
  examples: [
    { line: "nuvom plugin lock", doc: "After the manifest was changed by hand or by a merge." },
    { line: "nuvom plugin lock --frozen", doc: "In continuous integration: whether the lock was committed." },
  ],
} as const satisfies CommandRecord;
