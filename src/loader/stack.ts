/** From places in a prepared folder back to the modules as they were written. @module */

import { originalPlace } from "./original_place.ts";
import type { StackSource } from "./graph.ts";

/**
 * Replaces every `file:///…/NAME.js:LINE:COLUMN` of the folder in a text. Other text stays as it is.
 * @param folderUrl Ends with a slash.
 */
export function mapStack(stack: string, folderUrl: string, sources: ReadonlyMap<string, StackSource>): string {
  const pattern = new RegExp(`${escapeRegExp(folderUrl)}([^\\s:()]+):(\\d+):(\\d+)`, "g");
  return stack.replace(pattern, (whole, file: string, line: string, column: string) => {
    const source = sources.get(file);
    return source === undefined ? whole : place(source, Number(line), Number(column));
  });
}

function place(source: StackSource, line: number, column: number): string {
  const { map, shifts } = source.details();
  const shift = shifts.findLast((each) => each.line === line && each.column <= column);
  const written = { url: source.url, line, column: Math.max(1, column - (shift?.by ?? 0)) };
  const original = originalPlace(written, map);
  return `${original.url}:${original.line}:${original.column}`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
