/** `nuvom plugin vendor` @module */

import { resolve } from "@std/path";
import { shellWord, vendorAll } from "../../host/mod.ts";
import { byteSize } from "../byte_size.ts";
import type { Run } from "../command.ts";
import type { pluginVendor } from "../commands/plugin_vendor.ts";
import { counted } from "../counted.ts";
import { withChange } from "../plugins/change.ts";
import { printJsonLine } from "../print.ts";

/** Copies, then says how to run the copy. */
export const run: Run<typeof pluginVendor> = (context) =>
  withChange(context, async ({ parts, progress }) => {
    const { io, args, json } = context;
    const report = await vendorAll(parts, resolve(io.cwd, args[0]!));
    await progress.clear();
    const { folder, manifest, modules, files } = report;
    if (json) {
      printJsonLine(io, { event: "result", ...report });
      return 0;
    }
    const bytes = modules.reduce((sum, module) => sum + module.bytes, 0);
    io.out.write(
      `Wrote ${folder}: ${counted(modules.length, "module")} from URLs (${byteSize(bytes)}), ` +
        `${counted(files.length, "file")} of the project.\nIt runs there as it is, or with ` +
        `--manifest ${shellWord(manifest)}.\n`,
    );
    return 0;
  });
