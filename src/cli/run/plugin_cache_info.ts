/** `nuvom plugin cache info` @module */

import { cacheInfo } from "../../host/mod.ts";
import { byteSize } from "../byte_size.ts";
import type { Run } from "../command.ts";
import type { pluginCacheInfo } from "../commands/plugin_cache_info.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";
import { styleFor } from "../style.ts";
import { textTable } from "../text_table.ts";

const HEAD = ["PART", "FILES", "SIZE", "WHAT IT IS"] as const;

/** Prints folder and sizes. */
export const run: Run<typeof pluginCacheInfo> = async (context) => {
  const { io, json } = context;
  const info = await cacheInfo(settingsOf(context));
  if (json) {
    printJson(io, info);
    return 0;
  }
  const { folder, modules, prepared, plugins } = info;
  const rows = ([
    ["modules", modules, "sources of modules from URLs"],
    ["prepared", prepared, "the same, ready to run"],
    ["plugins", plugins, "what plugins say of themselves"],
  ] as const).map(([name, { files, bytes }, doc]) => [name, String(files), byteSize(bytes), doc]);
  const { bold, dim } = styleFor(io.out, io.env);
  io.out.write(`${bold(folder)}\n`);
  io.out.write(textTable({ head: HEAD, rows, columns: io.out.columns, headPaint: dim }));
  return 0;
};
