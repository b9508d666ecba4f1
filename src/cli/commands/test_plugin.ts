/** The record of `nuvom plugin test`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/test_plugin.ts`. */
export const testPlugin = {
  path: "plugin test",
  group: "Plugins",
  summary: "Find out whether plugins keep the contract",
  description: [
    "Loads a plugin, checks its contract, starts it with its real settings, runs the conformance cases of every " +
    "backend that it registered, asks for its health, and stops it. Ends with 1 when anything failed.",
    "The cases run in a random namespace, never in the project's own data. A backend that can't keep namespaces apart " +
    "is tested only while it is empty, or with --destructive.",
  ],
  positionals: [
    {
      name: "PLUGIN",
      required: false,
      doc: "A name of the manifest, or the path of a module. By default all of the manifest.",
    },
  ],
  options: {
    "destructive": {
      type: "flag",
      doc: "Tests also a backend without namespaces that holds data. Its data is lost.",
    },
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom plugin test", doc: "All plugins of the manifest." },
    { line: "nuvom plugin test ./plugins/my_queue.ts", doc: "One that need not stand in the manifest." },
  ],
} as const satisfies CommandRecord;
