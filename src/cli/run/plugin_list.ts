/** `nuvom plugin list` @module */

import { describePlugins, type PluginRow } from "../../host/describe_plugins.ts";
import { ownFilesOf } from "../../host/own_files.ts";
import { readManifest } from "../../host/read_manifest.ts";
import type { Run } from "../command.ts";
import type { pluginList } from "../commands/plugin_list.ts";
import { errorText } from "../error_text.ts";
import { lockText, pluginDocument } from "../plugin_view.ts";
import { printJson } from "../print.ts";
import { settingsOf } from "../settings.ts";
import { type Style, styleFor } from "../style.ts";
import { type Cell, textTable } from "../text_table.ts";

const HEAD = ["NAME", "VERSION", "PROVIDES", "REALM", "LOCK", "GRANTED", "FROM"] as const;

/** Prints the plugins of the manifest; starts none. An engine would take longer to load than all that is done here. */
export const run: Run<typeof pluginList> = async (context) => {
  const { io, json } = context;
  const settings = settingsOf(context);
  const manifest = await readManifest(settings.values.manifestPath, ownFilesOf(settings.values));
  const rows = await describePlugins(manifest, settings);
  if (json) printJson(io, rows.map(pluginDocument));
  else if (rows.length === 0) io.err.write(`${manifest.path} names no plugins under [plugins].\n`);
  else io.out.write(listText(rows, io.out.columns, styleFor(io.out, io.env)));
  return rows.some(({ problem }) => problem !== null) ? 3 : 0;
};

function listText(rows: readonly PluginRow[], columns: number | null, style: Style): string {
  const problems = rows.flatMap(({ specifier, problem }) =>
    problem === null ? [] : [`\n${style.red(specifier)}: ${errorText(problem)}\n`]
  );
  return textTable({ head: HEAD, rows: rows.map((row) => cells(row, style)), columns, headPaint: style.dim }) +
    problems.join("");
}

function cells(row: PluginRow, style: Style): Cell[] {
  const { name, version, provides, isolation, granted, specifier, problem } = row;
  return [
    { text: name ?? "?", paint: problem === null ? style.bold : style.red },
    version ?? "-",
    provides.join(", ") || "-",
    isolation,
    lockText(row),
    Object.keys(granted).join(", ") || "-",
    specifier,
  ];
}
