/** `nuvom plugin add` @module */

import { resolve } from "@std/path";
import type { PermissionSet } from "../../core/mod.ts";
import {
  addPlugin,
  type AddReport,
  describePlugins,
  grantCommand,
  type InspectedPlugin,
  inspectSource,
  mergePermissions,
  missingPermissions,
  type PluginRow,
  readManifest,
} from "../../host/mod.ts";
import { confirm } from "../ask.ts";
import type { CommandContext, Run } from "../command.ts";
import type { pluginAdd } from "../commands/plugin_add.ts";
import { counted } from "../counted.ts";
import { errorText } from "../error_text.ts";
import { usage } from "../errors.ts";
import { type Change, withChange } from "../plugins/change.ts";
import { givenGrant } from "../plugins/given_grant.ts";
import { sourceDocument, sourceText } from "../plugins/source_view.ts";
import { permissionText, pluginDocument } from "../plugin_view.ts";
import { printJsonLine } from "../print.ts";
import { styleFor } from "../style.ts";

type Context = CommandContext<(typeof pluginAdd)["options"]>;

/** Looks, shows, asks, and only then writes. */
export const run: Run<typeof pluginAdd> = (context) => {
  const { io, args, options, json } = context;
  if (!options.yes && (json || !io.canAsk)) throw nobodyToAsk(json);
  const given = givenGrant(options, io.cwd);
  const specifier = fromHere(args[0]!, io.cwd);
  return withChange(context, async (change) => {
    const { parts, progress } = change;
    progress.report({ step: "fetch", what: specifier, done: 0, known: 0, bytes: 0 });
    const plugin = await inspectSource(parts, { specifier });
    await progress.clear();
    if (!json) io.err.write(`${sourceText(plugin, styleFor(io.err, io.env))}\n`);
    const permissions = await consent(context, change, plugin, given);
    if (permissions === null) {
      io.err.write("Nothing was changed.\n");
      return 1;
    }
    const report = await addPlugin(parts, plugin, { permissions });
    const { manifestPath } = parts.settings.values;
    const rows = await describePlugins(await readManifest(manifestPath), parts.settings);
    await progress.clear();
    await tell(
      context,
      plugin,
      report,
      rows.find(({ name, module }) => name === report.name || module === plugin.module)!,
    );
    return 0;
  });
};

function nobodyToAsk(json: boolean): Error {
  return usage(
    "NUVOM_PLUGIN_CONSENT",
    json
      ? "With --json nobody is asked whether the code may be added."
      : "There is no terminal on which to ask whether the code may be added.",
    "To consent to the code, say --yes; permissions are granted with --allow-net=HOSTS and the like.",
  );
}

/** What a command line says is relative to where it is said. */
function fromHere(text: string, cwd: string): string {
  return /^\.{0,2}\//.test(text) ? resolve(cwd, text) : text;
}

/** What is granted; null when there is no consent to the code. */
async function consent(
  { io, options }: Context,
  { signal }: Change,
  { asked, granted }: InspectedPlugin,
  given: PermissionSet,
): Promise<PermissionSet | null> {
  if (options.yes) return given;
  if (!await confirm(io, "Add this code to the project?", signal)) return null;
  const missing = missingPermissions(asked, mergePermissions(granted, given));
  if (missing === null) return given;
  const more = await confirm(io, `Grant it what it asks for (${permissionText(missing)})?`, signal);
  return more ? mergePermissions(given, missing) : given;
}

async function tell(
  { io, json }: Context,
  plugin: InspectedPlugin,
  report: AddReport,
  row: PluginRow,
): Promise<void> {
  const { name, listedUnder, granted, changed } = report;
  const missing = missingPermissions(row.asked, row.granted);
  if (json) {
    const { problem } = pluginDocument(row);
    printJsonLine(io, { event: "result", ...sourceDocument(plugin), listedUnder, granted, missing, changed, problem });
    return;
  }
  const remote = plugin.modules.filter(({ url }) => /^https?:/.test(url)).length;
  const locked = remote === 0 ? "" : ` ${counted(remote, "module")} from URLs ${remote === 1 ? "is" : "are"} locked.`;
  io.out.write(
    changed
      ? `Added ${name} under ${listedUnder.join(", ")}.${locked}\n`
      : `${name} was there already; nothing was changed.\n`,
  );
  if (row.problem === null) return;
  await io.out.flush();
  io.err.write(`\nIt can't start yet. ${errorText(row.problem)}\n`);
  if (missing !== null && !plugin.isRemote) io.err.write(`\nOr run:\n\n  ${grantCommand(name, missing)}\n`);
}
