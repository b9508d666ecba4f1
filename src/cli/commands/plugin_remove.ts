/** The record of `nuvom plugin remove`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_remove.ts`. */
export const pluginRemove = {
  path: "plugin remove",
  group: "Plugins",
  summary: "Take a plugin out of the manifest and the lock",
  description: [
    "Its section [plugin.NAME] goes too, with the grant. Files of the project stay, and what was fetched stays in the " +
    "cache.",
  ],
  positionals: [{ name: "NAME", required: true, doc: "Its name, or how the manifest writes it." }],
  options: { ...CODE_OPTIONS },
  examples: [{ line: "nuvom plugin remove hello", doc: "Nothing of it runs any more." }],
} as const satisfies CommandRecord;
