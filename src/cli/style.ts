/** Colours, where there is someone to see them. @module */

import type { Io, Output } from "./io.ts";

/** A way to write text. */
export type Paint = (text: string) => string;

/** The few ways that commands use. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
}

/** Without colours where the output is no terminal, `NO_COLOR` is set, or the terminal is a dumb one. */
export function styleFor(output: Output, env: Io["env"]): Style {
  const on = output.isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
  const paint = (start: number, end: number): Paint => (text) => on ? `\x1b[${start}m${text}\x1b[${end}m` : text;
  return { bold: paint(1, 22), dim: paint(2, 22), red: paint(31, 39), green: paint(32, 39), yellow: paint(33, 39) };
}
