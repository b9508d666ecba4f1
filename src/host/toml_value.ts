/** Values of a TOML text: compared, and written. @module */

/** What a manifest can hold. */
export type TomlValue = string | number | boolean | Date | TomlValue[] | TomlTable;
/** A table of a manifest. */
export interface TomlTable {
  [key: string]: TomlValue;
}

/** A table without a key says the same as none. */
export function sameToml(a: TomlValue, b: TomlValue): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

/** On one line: tables inline, texts in double quotes. */
export function tomlText(value: TomlValue): string {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `[${value.map(tomlText).join(", ")}]`;
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object") return String(value);
  const pairs = Object.entries(value).map(([key, inner]) => `${tomlKey(key)} = ${tomlText(inner)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** Bare where it can be. */
export function tomlKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoted(key);
}

function quoted(text: string): string {
  // JSON leaves DEL as it is; TOML does not take it.
  return JSON.stringify(text).replaceAll("\x7f", "\\u007F");
}

function canonical(value: TomlValue): unknown {
  if (value instanceof Date) return { date: value.getTime() };
  if (Array.isArray(value)) return value.map(canonical);
  // JSON knows no infinity.
  if (typeof value === "number") return { number: String(value) };
  if (typeof value !== "object") return value;
  const pairs = Object.entries(value).map(([key, inner]) => [key, canonical(inner)] as const);
  return { table: pairs.filter(([, inner]) => !isEmptyTable(inner)).sort(([x], [y]) => x < y ? -1 : 1) };
}

function isEmptyTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "table" in value &&
    (value as { table: unknown[] }).table.length === 0;
}
