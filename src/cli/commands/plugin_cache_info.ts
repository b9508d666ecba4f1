/** The record of `nuvom plugin cache info`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/plugin_cache_info.ts`. */
export const pluginCacheInfo = {
  path: "plugin cache info",
  group: "Plugins",
  summary: "Show where code from URLs is kept, and how much of it",
  description: ["All projects of a user share one cache (NUVOM_CACHE_DIR). It may be deleted at any time."],
  positionals: [],
  options: {},
  examples: [{ line: "nuvom plugin cache info", doc: "Folder, files and bytes." }],
} as const satisfies CommandRecord;
