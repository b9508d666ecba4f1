/** `nuvom plugin cache clean` @module */

import { cacheClean } from "../../host/mod.ts";
import { byteSize } from "../byte_size.ts";
import type { Run } from "../command.ts";
import type { pluginCacheClean } from "../commands/plugin_cache_clean.ts";
import { counted } from "../counted.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";

/** Removes what is not needed, or all. */
export const run: Run<typeof pluginCacheClean> = async (context) => {
  const { io, options: { all }, json } = context;
  const report = await cacheClean(settingsOf(context), { all });
  const { folder, files, bytes } = report;
  if (json) printJson(io, report);
  else io.out.write(`Removed ${counted(files, "file")} (${byteSize(bytes)}) from ${folder}.\n`);
  return 0;
};
