/** `nuvom plugin inspect` @module */

import type { PluginDetail } from "../../host/mod.ts";
import { byteSize } from "../byte_size.ts";
import type { Run } from "../command.ts";
import type { pluginInspect } from "../commands/plugin_inspect.ts";
import { counted } from "../counted.ts";
import { errorText } from "../error_text.ts";
import { shownFile } from "../file_view.ts";
import { moduleTree } from "../plugins/module_tree.ts";
import { permissionRows } from "../plugins/permission_rows.ts";
import { lockText, pluginDocument, REALMS } from "../plugin_view.ts";
import { fieldLines, printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { type Style, styleFor } from "../style.ts";
import { type Cell, textTable } from "../text_table.ts";

/** Characters of a hash that are shown; all of it is in the lock, and printed with `--json`. */
const HASH = 16;

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
  const { name, version, specifier, module, exportName, requires, locked, modules, problem } = plugin;
  const table = (title: string, head: readonly string[], rows: readonly Cell[][], cut?: number) =>
    rows.length === 0 ? "" : `\n${style.bold(title)}\n${textTable({ head, rows, columns, cut, headPaint: style.dim })}`;
  return [
    `${style.bold(name ?? specifier)}${version === null ? "" : ` ${version}`}\n`,
    fieldLines([
      ["from", `${specifier} (${plugin.place})`],
      ["module", shownFile(module, folder)],
      ["found at", locked === null || locked.finalUrl === locked.url ? null : locked.finalUrl],
      ["export", exportName],
      ["lock", lockText(plugin)],
      ["contract", plugin.apiVersion],
      ["provides", plugin.provides.length === 0 ? null : plugin.provides.join(", ")],
      ["requires", requires.length === 0 ? null : requires.join(", ")],
      ["realm", REALMS[plugin.isolation]],
      ["optional", plugin.optional ? "yes: the worker goes on without it when it can't start" : null],
      ["code", codeText(modules)],
    ]),
    table("Permissions", ["PERMISSION", "ASKED FOR", "GRANTED"], permissionCells(plugin, style)),
    table("Settings", ["NAME", "VALUE", "FROM", "WHAT IT IS"], plugin.settings.map(settingCells)),
    table("Modules", ["MODULE", "SIZE", "SHA-256"], moduleCells(modules, folder, style), 0),
    ...(problem === null ? [] : [`\n${style.red("Problem")}: ${errorText(problem)}\n`]),
  ].join("");
}

/** Null where the modules could not be read. */
function codeText(modules: PluginDetail["modules"]): string | null {
  if (modules.length === 0) return null;
  return `${counted(modules.length, "module")}, ${byteSize(sum(modules.map(({ bytes }) => bytes)))}`;
}

function permissionCells({ asked, granted }: PluginDetail, { red, dim }: Style): Cell[][] {
  return permissionRows(asked, granted).map((row) => [
    row.permission,
    row.asked ? "yes" : { text: "no", paint: dim },
    row.granted ? "yes" : { text: "no", paint: red },
  ]);
}

function settingCells({ name, value, source, description }: PluginDetail["settings"][number]): Cell[] {
  return [name, value, source, description];
}

function moduleCells(modules: PluginDetail["modules"], folder: string, { dim }: Style): Cell[][] {
  return moduleTree(modules).map(({ branch, module: { url, bytes, sha256 }, isAgain }) => {
    const text = `${branch}${shownFile(url, folder)}`;
    return isAgain ? [{ text: `${text} *`, paint: dim }, "", ""] : [text, byteSize(bytes), sha256.slice(0, HASH)];
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
