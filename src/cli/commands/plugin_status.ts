/** The record of `nuvom plugin status`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/plugin_status.ts`. */
export const pluginStatus = {
  path: "plugin status",
  group: "Plugins",
  summary: "Show how the plugins of running workers fare",
  description: [
    "Asks every worker of this project that runs on this machine. STATE is running, or unwell when the plugin's own " +
    "health() says so; starting, crashed or backoff while it is being started again; failed when it crashed too often. " +
    "MEMORY and CPU are of its own process, P99 is of its last thousand calls. Ends with exit code 1 when a plugin is not " +
    "running or not well, and with 4 when no worker is running.",
  ],
  positionals: [{ name: "NAME", required: false, doc: "Only this plugin." }],
  options: {},
  examples: [
    { line: "nuvom plugin status", doc: "A table for each worker." },
    { line: "nuvom plugin status my_queue --json", doc: "All that is known of one plugin, for a monitor." },
  ],
} as const satisfies CommandRecord;
