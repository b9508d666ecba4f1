/** `nuvom plugin remove` @module */

import { removePlugin } from "../../host/mod.ts";
import type { Run } from "../command.ts";
import type { pluginRemove } from "../commands/plugin_remove.ts";
import { counted } from "../counted.ts";
import { withChange } from "../plugins/change.ts";
import { printJsonLine } from "../print.ts";
import { printableLine } from "../text.ts";

/** Asks nothing: what is removed can be added again. */
export const run: Run<typeof pluginRemove> = (context) =>
  withChange(context, async ({ parts, progress }) => {
    const { io, args, json } = context;
    const report = await removePlugin(parts, args[0]!);
    await progress.clear();
    const { name, specifier, modules } = report;
    const left = modules.length === 0 ? "" : ` ${counted(modules.length, "module")} from URLs left the lock.`;
    if (json) printJsonLine(io, { event: "result", ...report });
    else io.out.write(`Removed ${name} (${printableLine(specifier)}).${left}\n`);
    return 0;
  });
