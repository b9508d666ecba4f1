/** The record of `nuvom plugin list`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/plugin_list.ts`. */
export const pluginList = {
  path: "plugin list",
  group: "Plugins",
  summary: "List the plugins of the manifest",
  description: ["Starts none of them. When something is wrong with one, it says what, and ends with exit code 3."],
  positionals: [],
  options: {},
  examples: [{ line: "nuvom plugin list", doc: "Names, versions, and what they provide." }],
} as const satisfies CommandRecord;
