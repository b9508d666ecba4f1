/** From places in a prepared folder back to the modules as they were written. @module */

import { originalPlace, type ReadMap, readMap } from "./original_place.ts";
import type { StackDetails, StackSource } from "./graph.ts";

type ReadDetails = Omit<StackDetails, "map"> & { readonly map: ReadMap | null };

/** Of the modules that threw, which mostly do so again. */
const read = new WeakMap<StackSource, ReadDetails>();

/**
 * Replaces every `file:///…/NAME.js:LINE:COLUMN` of the folder in a text. Other text stays as it is.
 * @param folderUrl Ends with a slash.
 */
export function mapStack(stack: string, folderUrl: string, sources: ReadonlyMap<string, StackSource>): string {
  if (!stack.includes(folderUrl)) return stack;
  const pattern = new RegExp(`${escapeRegExp(folderUrl)}([^\\s:()]+):(\\d+):(\\d+)`, "g");
  return stack.replace(pattern, (whole, file: string, line: string, column: string) => {
    const source = sources.get(file);
    return source === undefined ? whole : place(source, Number(line), Number(column));
  });
}

function place(source: StackSource, line: number, column: number): string {
  const { map, shifts } = detailsOf(source);
  const shift = shifts.findLast((each) => each.line === line && each.column <= column);
  const written = { url: source.url, line, column: Math.max(1, column - (shift?.by ?? 0)) };
  const original = originalPlace(written, map);
  return `${original.url}:${original.line}:${original.column}`;
}

function detailsOf(source: StackSource): ReadDetails {
  let details = read.get(source);
  if (details === undefined) {
    const { map, shifts } = source.details();
    read.set(source, details = { map: map === null ? null : readMap(map), shifts });
  }
  return details;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
