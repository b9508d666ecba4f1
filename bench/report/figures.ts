/** Looks up and writes figures. @module */

import type { Cell } from "../measure_rounds.ts";
import type { Figure } from "../scenarios/scenario.ts";
import { summarize, type Summary } from "./summary.ts";

/** All that was measured, by ids. */
export class Figures {
  readonly cells: readonly Cell[];

  constructor(cells: readonly Cell[]) {
    this.cells = cells;
  }

  /** Null where nothing was measured. */
  summary(scenario: string, peer: string, figure = 0): Summary | null {
    const cell = this.cells.find((each) => each.scenario.id === scenario && each.peer.id === peer);
    return cell === undefined ? null : summaryOf(cell, figure);
  }

  /** Null where nothing was measured. */
  median(scenario: string, peer: string, figure = 0): number | null {
    return this.summary(scenario, peer, figure)?.median ?? null;
  }
}

/** Null where nothing was measured. */
export function summaryOf({ runs }: Cell, figure: number): Summary | null {
  return runs.length === 0 ? null : summarize(runs.map((run) => run[figure]!));
}

/** `12,300 (11,900–12,800)` */
export function shownSummary({ median, lowest, highest, runs }: Summary, unit: Figure["unit"]): string {
  if (runs === 1) return shownNumber(median, unit);
  return `${shownNumber(median, unit)} (${shownNumber(lowest, unit)}–${shownNumber(highest, unit)})`;
}

/** With as many digits as mean something. */
export function shownNumber(value: number, unit: Figure["unit"] | "x"): string {
  if (unit === "jobs/s") return Number(value.toPrecision(3)).toLocaleString("en");
  return unit === "MiB" ? value.toFixed(0) : value.toFixed(2);
}
