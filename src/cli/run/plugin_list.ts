/** `nuvom plugin list` @module */

import type { PluginRow } from "../../host/mod.ts";
import type { Run } from "../command.ts";
import type { pluginList } from "../commands/plugin_list.ts";
import { errorText } from "../error_text.ts";
import { pluginDocument } from "../plugin_view.ts";
import { printJson } from "../print.ts";
import { withEngine } from "../project.ts";
import { type Style, styleFor } from "../style.ts";
import { type Cell, textTable } from "../text_table.ts";

const HEAD = ["NAME", "VERSION", "PROVIDES", "REALM", "FROM"] as const;

/** Prints the plugins of the manifest; starts none. */
export const run: Run<typeof pluginList> = (context) =>
  withEngine(context, async (engine) => {
    const { io, json } = context;
    const rows = await engine.plugins();
    if (json) printJson(io, rows.map(pluginDocument));
    else if (rows.length === 0) io.err.write(`${engine.manifest.path} names no plugins under [plugins].\n`);
    else io.out.write(listText(rows, io.out.columns, styleFor(io.out, io.env)));
    return rows.some(({ problem }) => problem !== null) ? 3 : 0;
  });

function listText(rows: readonly PluginRow[], columns: number | null, style: Style): string {
  const problems = rows.flatMap(({ specifier, problem }) =>
    problem === null ? [] : [`\n${style.red(specifier)}: ${errorText(problem)}\n`]
  );
  return textTable({ head: HEAD, rows: rows.map((row) => cells(row, style)), columns, headPaint: style.dim }) +
    problems.join("");
}

function cells({ name, version, provides, isolation, specifier, problem }: PluginRow, style: Style): Cell[] {
  return [
    { text: name ?? "?", paint: problem === null ? style.bold : style.red },
    version ?? "-",
    provides.join(", "),
    isolation,
    specifier,
  ];
}
