/** `nuvom plugin lock` @module */

import { toErrorData } from "../../core/mod.ts";
import { lockAll, lockPath } from "../../host/mod.ts";
import type { Run } from "../command.ts";
import type { pluginLock } from "../commands/plugin_lock.ts";
import { errorText } from "../error_text.ts";
import { errorDocument } from "../job_view.ts";
import { blockedText } from "../plugins/blocked.ts";
import { withChange } from "../plugins/change.ts";
import { codeChangesText } from "../plugins/code_change_view.ts";
import { printJsonLine } from "../print.ts";
import { styleFor } from "../style.ts";

/** Locks what the manifest names, and says what that changed. */
export const run: Run<typeof pluginLock> = (context) =>
  withChange(context, async ({ parts, progress }) => {
    const { io, json } = context;
    const { changes, rebuilt, changed } = await lockAll(parts);
    await progress.clear();
    const { manifestPath, projectDir } = parts.settings.values;
    const fault = rebuilt === null ? null : toErrorData(rebuilt);
    if (json) {
      const document = { changed, changes, rebuilt: fault === null ? null : errorDocument(fault) };
      printJsonLine(io, { event: "result", ...document });
    } else {
      if (fault !== null) {
        io.err.write(`The lock was made anew, since the old one was of no use: ${errorText(fault)}\n`);
      }
      io.out.write(codeChangesText(changes, styleFor(io.out, io.env)));
      io.out.write(
        `${lockPath(manifestPath)} ${changed ? "agrees with the manifest now" : "agrees with the manifest"}.\n`,
      );
      await io.out.flush();
      io.err.write(blockedText(changes, projectDir));
    }
    return changes.some(({ blocked }) => blocked) ? 1 : 0;
  });
