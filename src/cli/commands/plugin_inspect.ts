/** The record of `nuvom plugin inspect`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/plugin_inspect.ts`. */
export const pluginInspect = {
  path: "plugin inspect",
  group: "Plugins",
  summary: "Show all that is known of a plugin",
  description: [
    "Where it comes from, the realm it runs in, what it asks for and what it is granted, its settings (secrets are " +
    "masked) and its modules with their hashes. Does not start it.",
  ],
  positionals: [{ name: "NAME", required: true, doc: "The name that `nuvom plugin list` shows." }],
  options: {},
  examples: [{ line: "nuvom plugin inspect prometheus", doc: "Everything about one plugin." }],
} as const satisfies CommandRecord;
