/** `RESULTS.md` @module */

import type { Cell } from "../measure_rounds.ts";
import type { Options } from "../options.ts";
import type { Peer } from "../peers.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { Figures, shownNumber, shownSummary, summaryOf } from "./figures.ts";
import type { Machine } from "./machine.ts";
import { type Target, targets, verdict } from "./targets.ts";

/** What the report says beside the figures. */
export interface Head {
  readonly machine: Machine;
  readonly minutes: number;
  readonly options: Pick<Options, "quick" | "rounds" | "scenarios" | "peers" | "sizes">;
}

/** Median and range of all, and nuvom against its targets. */
export function markdown(cells: readonly Cell[], head: Head): string {
  const { scenarios, peers, sizes } = head.options;
  return [
    ...introduction(head),
    "## nuvom against its targets",
    "",
    "Ratios are of medians of this run. “aim” and “must” say which of the two was reached.",
    "",
    ...table(
      ["", "what", "measured", "must", "aim", "reached"],
      targets(new Figures(cells)).filter(({ measured }) => measured !== null).map(targetRow),
    ),
    "",
    "## All figures",
    "",
    "Median (lowest–highest). How each peer is set up, and what is fair about it, stands in [README.md](README.md).",
    "",
    ...scenarios.flatMap((scenario) => [
      `### ${scenario.id}: ${scenario.title(sizes)}`,
      "",
      ...scenarioTable(scenario, cells.filter((cell) => cell.scenario === scenario)),
      "",
    ]),
    "## What survives, and what is kept",
    "",
    ...table(["", "durability", "results of jobs"], peers.map((peer) => [peer.title, peer.durability, peer.results])),
    "",
  ].join("\n");
}

function introduction({ machine, minutes, options: { quick, rounds } }: Head): string[] {
  const cut = quick ? " **This was a quick run with small numbers: it shows that all works, not how fast.**" : "";
  return [
    "# Results",
    "",
    `Written by \`deno run -A bench/run.ts\`${
      quick ? " with `--quick`" : ""
    } on ${machine.date}, ${rounds} rounds in ` +
    `${minutes.toFixed(0)} minutes.${cut}`,
    "",
    `- Machine: ${machine.kind}; load before the first measurement ${machine.load.toFixed(1)}`,
    `- Versions: ${machine.versions.join(", ")}`,
    "",
    "![Jobs per second of nuvom and its peers](results.svg)",
    "",
  ];
}

function targetRow(target: Target): string[] {
  const { scenario, what, unit, measured, must, aim, better } = target;
  const shown = (value: number | null) => value === null ? "" : `${shownNumber(value, unit)} ${unit}`;
  const goal = (value: number | null) => value === null ? "" : `${better === "more" ? "≥" : "≤"} ${shown(value)}`;
  return [scenario, what, shown(measured), goal(must), goal(aim), verdict(target)];
}

function scenarioTable({ figures }: Scenario, cells: readonly Cell[]): string[] {
  const rows = cells.map((cell) => [cell.peer.title, ...cellTexts(cell), String(cell.runs.length || "")]);
  return table(["", ...figures.map(({ name, unit }) => `${name}, ${unit}`), "runs"], rows);
}

function cellTexts(cell: Cell): string[] {
  const { scenario: { figures }, peer, note, error } = cell;
  return figures.map((figure, index) => {
    if (error !== null) return index === 0 ? `failed: ${error.split("\n")[0]!.slice(0, 100)}` : "";
    if (note !== null) return index === 0 ? note : "";
    if (isOfServer(figure.name) && !hasServer(peer)) return "no server";
    return shownSummary(summaryOf(cell, index)!, figure.unit);
  });
}

function isOfServer(name: string): boolean {
  return name.endsWith("of its server");
}

function hasServer({ server }: Peer): boolean {
  return server !== null;
}

/** As `deno fmt` would write it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...rows.map(line)];
}
