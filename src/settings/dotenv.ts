/** Reads `.env` files: `NAME=value`, `export`, quotes, comments. @module */

import { badDotenv } from "./errors.ts";

/** A value and where it stands. */
export interface DotenvValue {
  readonly value: string;
  /** `.env:3`, for messages. */
  readonly place: string;
}

const LINE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * @param path For messages.
 * @throws {NuvomError} `NUVOM_SETTINGS_DOTENV` with the line.
 */
export function parseDotenv(text: string, path: string): Map<string, DotenvValue> {
  const values = new Map<string, DotenvValue>();
  text.replace(/^\ufeff/, "").split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) return;
    const match = LINE.exec(line);
    const value = match === null ? null : unquote(match[2]!);
    if (value === null) throw badDotenv(path, index + 1, line);
    values.set(match![1]!, { value, place: `${path}:${index + 1}` });
  });
  return values;
}

function unquote(text: string): string | null {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return text.replace(/\s+#.*$/, "").trim();
  const match = (quote === '"' ? /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/ : /^'([^']*)'\s*(?:#.*)?$/).exec(text);
  if (match === null) return null;
  return quote === "'" ? match[1]! : match[1]!.replace(/\\(.)/g, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}
