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
    "With --sandbox the plugin is not started. Instead, a list of ways out is tried in realms like the one that it " +
    "would get: its isolation, its grant, its memory limit. Ends with 1 when one leads out that the isolation promises " +
    "to close; what the isolation does not promise is named and not tried.",
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
    "sandbox": {
      type: "flag",
      doc: "Tries to escape from the plugin's realm, in place of the other tests. Takes up to a minute.",
    },
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom plugin test", doc: "All plugins of the manifest." },
    { line: "nuvom plugin test ./plugins/my_queue.ts", doc: "One that need not stand in the manifest." },
    { line: "nuvom plugin test prometheus --sandbox", doc: "What its realm contains." },
  ],
} as const satisfies CommandRecord;
