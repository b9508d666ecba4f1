/** The commands of a plugin, as far as they are known: nothing is imported and nothing is started for help. @module */

import { knownCommands } from "../../host/known_commands.ts";
import { readManifest } from "../../host/read_manifest.ts";
import { unknownCommand, unreadCommand } from "../errors.ts";
import { type SettingsContext, settingsOf } from "../settings.ts";
import { printJson } from "../print.ts";
import { styleFor } from "../style.ts";
import { printableLine } from "../text.ts";
import { textTable } from "../text_table.ts";
import type { PluginLine } from "./plugin_line.ts";

/** @returns the exit code, 0. @throws {NuvomError} `NUVOM_CLI_COMMAND` */
export async function printCommands(context: SettingsContext, { plugin, words, paths }: PluginLine): Promise<number> {
  const { io, flags } = context;
  const { values } = settingsOf(context);
  const known = knownCommands(await readManifest(values.manifestPath), values.cacheDir);
  const commands = known.plugins.get(plugin);
  if (commands === undefined) {
    throw known.isPartial ? unreadCommand(plugin) : unknownCommand(plugin, [...paths, ...known.plugins.keys()]);
  }
  if (flags.json === true || words.includes("--json")) printJson(io, { plugin, commands });
  else {
    io.out.write(`Usage  nuvom ${plugin} COMMAND [arguments]\n\n`);
    const rows = commands.map(({ name, summary }) => [name, summary].map(printableLine));
    const head = { head: ["COMMAND", ""], headPaint: styleFor(io.out, io.env).dim };
    io.out.write(
      rows.length > 0
        ? textTable({ ...head, rows, columns: io.out.columns })
        : "Its commands are shown here once it was started, by one of them or by a worker.\n",
    );
  }
  return 0;
}
