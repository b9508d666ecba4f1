/** How commands print their data. @module */

import type { Io } from "./io.ts";
import { printableText } from "./text.ts";

/** One JSON document. */
export function printJson(io: Io, document: unknown): void {
  io.out.write(`${JSON.stringify(document, null, 2)}\n`);
}

/** One line of a JSON stream. */
export function printJsonLine(io: Io, document: unknown): void {
  io.out.write(`${JSON.stringify(document)}\n`);
}

/** Names and values in two columns; a value of several lines stays in its column, null and undefined ones are left out. */
export function fieldLines(fields: readonly (readonly [string, string | null | undefined])[]): string {
  const shown = fields.filter((field): field is readonly [string, string] => field[1] != null);
  const width = Math.max(...shown.map(([name]) => name.length));
  const indent = " ".repeat(width + 4);
  return shown.map(([name, value]) =>
    `  ${name.padEnd(width)}  ${printableText(value).trimEnd().replaceAll("\n", `\n${indent}`)}\n`
  ).join("");
}
