/** The record of `nuvom plugin reload`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/plugin_reload.ts`. */
export const pluginReload = {
  path: "plugin reload",
  group: "Plugins",
  summary: "Put a new instance of a plugin into running workers",
  description: [
    "Every worker of this project that runs on this machine reads manifest, lock and files anew, and starts the plugin in " +
    "a realm of its own. When that has started and is well, it takes over; the old one may end the calls that are under " +
    "way, and stops. Otherwise the old one goes on, and the command says why and ends with exit code 1. It ends with 4 " +
    "when no worker is running, or none has such a plugin.",
    "Both run for a moment: a port that the old one listens on is not free for the new one.",
  ],
  positionals: [{ name: "NAME", required: true, doc: "The name that `nuvom plugin list` shows." }],
  options: {},
  examples: [{ line: "nuvom plugin reload my_queue", doc: "After its file, its settings or its grant were changed." }],
} as const satisfies CommandRecord;
