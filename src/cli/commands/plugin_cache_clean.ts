/** The record of `nuvom plugin cache clean`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/plugin_cache_clean.ts`. */
export const pluginCacheClean = {
  path: "plugin cache clean",
  group: "Plugins",
  summary: "Empty the cache of code from URLs",
  description: [
    "What this project has locked is kept, so that it runs without a network. What other projects need is fetched again " +
    "when they next run.",
  ],
  positionals: [],
  options: { "all": { type: "flag", doc: "Removes also what this project has locked." } },
  examples: [{ line: "nuvom plugin cache clean", doc: "Says how much was freed." }],
} as const satisfies CommandRecord;
