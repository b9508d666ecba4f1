/** The record of `nuvom plugin list`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_list.ts`. */
export const pluginList = {
  path: "plugin list",
  group: "Plugins",
  summary: "List the plugins of the manifest",
  description: [
    "Starts none of them. LOCK is local for files of the project and built in for plugins inside nuvom; code from URLs " +
    "is locked, not locked, or changed since it was. GRANTED has the kinds of permissions; `nuvom plugin inspect` shows " +
    "them whole. When something is wrong with a plugin, it says what, and ends with exit code 3.",
  ],
  positionals: [],
  options: { ...CODE_OPTIONS },
  examples: [{ line: "nuvom plugin list", doc: "Names, versions, what they provide and where they come from." }],
} as const satisfies CommandRecord;
