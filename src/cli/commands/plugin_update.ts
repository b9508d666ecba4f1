/** The record of `nuvom plugin update`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_update.ts`. */
export const pluginUpdate = {
  path: "plugin update",
  group: "Plugins",
  summary: "Fetch code from URLs anew, and lock what has changed",
  description: [
    "Shows which modules were added, removed and changed, and what the new code asks for that the old one did not. " +
    "A plugin that asks for more is blocked until `nuvom plugin grant`, and the command ends with 1.",
    "It asks the same URLs again. For another version in another URL, change the URL in the manifest, then run " +
    "`nuvom plugin lock`.",
  ],
  positionals: [{
    name: "NAME",
    required: false,
    doc: "A plugin, or the URL of a task module. By default everything that comes from URLs.",
  }],
  options: {
    "dry-run": { type: "flag", doc: "Only shows what would change." },
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom plugin update --dry-run", doc: "Whether there is anything new." },
    { line: "nuvom plugin update hello", doc: "One plugin, with all that it imports." },
  ],
} as const satisfies CommandRecord;
