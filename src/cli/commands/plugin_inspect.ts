/** The record of `nuvom plugin inspect`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_inspect.ts`. */
export const pluginInspect = {
  path: "plugin inspect",
  group: "Plugins",
  summary: "Show all that is known of a plugin",
  description: [
    "Where it comes from, whether it is locked, the realm it runs in, what it asks for against what it is granted, its " +
    "settings (secrets are masked), and the tree of its modules with sizes and the beginnings of their SHA-256; a * " +
    "stands behind a module that is further up already. Does not start it.",
  ],
  positionals: [{ name: "NAME", required: true, doc: "The name that `nuvom plugin list` shows." }],
  options: { ...CODE_OPTIONS },
  examples: [{ line: "nuvom plugin inspect prometheus", doc: "Everything about one plugin." }],
} as const satisfies CommandRecord;
