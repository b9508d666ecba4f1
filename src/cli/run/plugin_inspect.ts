/** `nuvom plugin inspect` @module */

import type { PluginDetail } from "../../host/mod.ts";
import type { Run } from "../command.ts";
import type { pluginInspect } from "../commands/plugin_inspect.ts";
import { errorText } from "../error_text.ts";
import { shownFile } from "../file_view.ts";
import { permissionText, pluginDocument, REALMS } from "../plugin_view.ts";
import { fieldLines, printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { type Style, styleFor } from "../style.ts";
import { textTable } from "../text_table.ts";

/** Prints all that is known of a plugin; starts nothing. */
export const run: Run<typeof pluginInspect> = (context) =>
  withEngine(context, async (engine) => {
    const { io, args, json } = context;
    const plugin = await engine.inspectPlugin(args[0]!);
    if (json) printJson(io, pluginDocument(plugin));
    else io.out.write(describe(plugin, engine.manifest.folder, io.out.columns, styleFor(io.out, io.env)));
    return plugin.problem === null ? 0 : 3;
  });

function describe(plugin: PluginDetail, folder: string, columns: number | null, style: Style): string {
  const { name, version, specifier, place, module, exportName, apiVersion, provides, requires, isolation } = plugin;
  const table = (title: string, head: readonly string[], rows: readonly string[][], cut?: number) =>
    rows.length === 0 ? "" : `\n${style.bold(title)}\n${textTable({ head, rows, columns, cut, headPaint: style.dim })}`;
  return [
    `${style.bold(name ?? specifier)}${version === null ? "" : ` ${version}`}\n`,
    fieldLines([
      ["from", `${specifier} (${place})`],
      ["module", shownFile(module, folder)],
      ["export", exportName],
      ["contract", apiVersion],
      ["provides", provides.join(", ")],
      ["requires", requires.length === 0 ? null : requires.join(", ")],
      ["realm", REALMS[isolation]],
      ["optional", plugin.optional ? "yes: the worker goes on without it when it can't start" : null],
      ["asks for", permissionText(plugin.asked)],
      ["granted", permissionText(plugin.granted)],
      ["missing", plugin.missing === null ? null : permissionText(plugin.missing)],
    ]),
    table("Settings", ["NAME", "VALUE", "FROM", "WHAT IT IS"], plugin.settings.map(settingCells)),
    table("Modules", ["MODULE", "BYTES", "SHA-256"], plugin.modules.map(moduleCells(folder)), 0),
    ...(plugin.problem === null ? [] : [`\n${style.red("Problem")}: ${errorText(plugin.problem)}\n`]),
  ].join("");
}

function settingCells({ name, value, source, description }: PluginDetail["settings"][number]): string[] {
  return [name, value, source, description];
}

function moduleCells(folder: string): (module: PluginDetail["modules"][number]) => string[] {
  return ({ url, bytes, sha256 }) => [shownFile(url, folder), String(bytes), sha256];
}
