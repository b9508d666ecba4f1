/** `nuvom plugin update` @module */

import { applyUpdates, inspectUpdates } from "../../host/mod.ts";
import type { Run } from "../command.ts";
import type { pluginUpdate } from "../commands/plugin_update.ts";
import { blockedText } from "../plugins/blocked.ts";
import { withChange } from "../plugins/change.ts";
import { codeChangesText } from "../plugins/code_change_view.ts";
import { printJsonLine } from "../print.ts";
import { styleFor } from "../style.ts";

/** Shows what has changed, then locks it. */
export const run: Run<typeof pluginUpdate> = (context) =>
  withChange(context, async ({ parts, progress }) => {
    const { io, args, options, json } = context;
    const dryRun = options["dry-run"];
    const updates = await inspectUpdates(parts, args.length === 0 ? null : args);
    await progress.clear();
    const { changes } = updates;
    const isNews = changes.some(({ state }) => state !== "unchanged");
    if (!json) io.out.write(codeChangesText(changes, styleFor(io.out, io.env)));
    if (isNews && !dryRun) await applyUpdates(parts, updates);
    await progress.clear();
    const isBlocked = !dryRun && changes.some(({ blocked }) => blocked);
    if (json) printJsonLine(io, { event: "result", changed: isNews && !dryRun, dryRun, changes });
    else io.out.write(isNews ? dryRun ? WOULD : LOCKED : NOTHING);
    if (isBlocked && !json) {
      await io.out.flush();
      io.err.write(blockedText(changes, parts.settings.values.projectDir));
    }
    return isBlocked ? 1 : 0;
  });

const NOTHING = "Everything from URLs is as it was locked.\n";
const WOULD = "Nothing was changed (--dry-run).\n";
const LOCKED = "This is locked now.\n";
