/** Aligned columns of text. @module */

import type { Paint } from "./style.ts";
import { fitText, printableLine, textWidth } from "./text.ts";

/** One cell: text, or text and how to paint it. */
export type Cell = string | { readonly text: string; readonly paint: Paint };

/** What a table is made of. */
export interface TextTable {
  /** Left out where the columns speak for themselves. */
  readonly head?: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of the terminal; null: nothing is cut. */
  readonly columns: number | null;
  /** The column that may be cut, so that ids and names stay whole. @default the last one */
  readonly cut?: number;
  /** Paints the head. */
  readonly headPaint?: Paint;
}

type WholeCell = Exclude<Cell, string>;

const GAP = "  ";
/** What is left of a column at least; where there is no room for that, the last column is left out. */
const LEAST = 8;

/** Lines of text, each with its line break. */
export function textTable({ head, rows, columns, cut, headPaint = asItIs }: TextTable): string {
  const all = head === undefined ? rows : [head.map((text) => ({ text, paint: headPaint })), ...rows];
  const cells = all.map((row) => row.map(whole));
  const widths = columnWidths(cells);
  const cuttable = cut ?? widths.length - 1;
  const room = (columns ?? Infinity) -
    widths.reduce((sum, width, i) => i === cuttable ? sum : sum + width + GAP.length, 0);
  widths[cuttable] = Math.min(widths[cuttable]!, Math.max(room, LEAST));
  const shown = room < LEAST && cuttable === widths.length - 1 ? widths.slice(0, -1) : widths;
  return cells.map((row) => `${line(row, shown)}\n`).join("");
}

function whole(cell: Cell): WholeCell {
  const { text, paint } = typeof cell === "string" ? { text: cell, paint: asItIs } : cell;
  return { text: printableLine(text), paint };
}

function asItIs(text: string): string {
  return text;
}

function columnWidths(cells: readonly (readonly WholeCell[])[]): number[] {
  const widths: number[] = [];
  for (const row of cells) row.forEach(({ text }, i) => widths[i] = Math.max(widths[i] ?? 0, textWidth(text)));
  return widths;
}

function line(row: readonly WholeCell[], widths: readonly number[]): string {
  return widths.map((width, i) => {
    const { text, paint } = row[i]!;
    const fitted = fitText(text, width);
    return paint(fitted) + " ".repeat(width - textWidth(fitted));
  }).join(GAP).trimEnd();
}
