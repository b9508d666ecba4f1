/** Single changes of a TOML text. Each looks at the text anew, so they can follow one another. @module */

import { indexToml, type TomlNode, type TomlPath } from "./toml_index.ts";
import { tomlKey, type TomlTable, tomlText, type TomlValue } from "./toml_value.ts";

type Pair = Extract<TomlNode, { kind: "pair" }>;
type Header = Extract<TomlNode, { kind: "header" }>;

/** The parser takes no line break before a comma. */
const COMMA = /[ \t]*,/y;
/** What may follow on the line of something that stands alone on it. */
const REST_OF_LINE = /[ \t]*(?:#[^\n]*)?(?:\r?\n|$)/y;

/** Puts another value in the place of one. */
export function replaceValue(text: string, path: TomlPath, value: TomlValue): string {
  const pair = nodesOf(text).find((node): node is Pair => node.kind === "pair" && isSame(node.path, path));
  if (pair !== undefined) return splice(text, pair.valueStart, pair.end, tomlText(value));
  // A table of its own, or one of dotted keys.
  return insertKey(removeKey(text, path), path.slice(0, -1), String(path.at(-1)), value);
}

/** Puts another item in the place of one. */
export function replaceItem(text: string, path: TomlPath, index: number, value: TomlValue): string {
  const { start, end } = itemAt(itemsOf(nodesOf(text), path), index);
  return splice(text, start, end, tomlText(value));
}

/** Puts an item at the end of an array: on a line of its own where the others are. */
export function insertItem(text: string, path: TomlPath, value: TomlValue): string {
  const nodes = nodesOf(text);
  const array = pairAt(nodes, path);
  const items = itemsOf(nodes, path);
  const last = items.at(-1);
  if (last === undefined) return fillArray(text, array, tomlText(value));
  const comma = commaAfter(text, last.end, array.end);
  const at = comma ?? last.end;
  const line = restOfLine(text, at);
  const ownLine = line !== null && line < array.end && text.slice(array.valueStart, at).includes("\n");
  if (!ownLine) return splice(text, at, at, comma === null ? `, ${tomlText(value)}` : ` ${tomlText(value)},`);
  const added = `${indentAt(text, last.start)}${tomlText(value)}${comma === null ? "" : ","}${newlineOf(text)}`;
  const placed = splice(text, line, line, added);
  return comma === null ? splice(placed, last.end, last.end, ",") : placed;
}

/** Takes an item out of an array; with its line and the comment there when it stands alone on it. */
export function removeItem(text: string, path: TomlPath, index: number): string {
  const nodes = nodesOf(text);
  const array = pairAt(nodes, path);
  const items = itemsOf(nodes, path);
  const { start, end } = itemAt(items, index);
  const until = commaAfter(text, end, array.end) ?? end;
  const rest = restOfLine(text, until);
  if (isLineStart(text, start) && rest !== null) return splice(text, lineStart(text, start), rest, "");
  const before = items[index - 1];
  const isLast = until === end && before !== undefined && !text.slice(before.end, start).includes("\n");
  return isLast
    ? splice(text, before.end, end, "")
    : splice(text, start, until + /^[ \t]*/.exec(text.slice(until))![0].length, "");
}

/** Adds a key to a table, or a table to the text. */
export function insertKey(text: string, table: TomlPath, key: string, value: TomlValue): string {
  const nodes = nodesOf(text);
  const inline = nodes.find((node): node is Pair => node.kind === "pair" && isSame(node.path, table));
  if (inline !== undefined) return addInline(text, nodes, inline, key, value);
  const header = nodes.find((node): node is Header => node.kind === "header" && isSame(node.path, table));
  if (header !== undefined) return addLine(text, endOfBody(nodes, header), `${tomlKey(key)} = ${tomlText(value)}`);
  const path = [...table, key];
  const dotted = nodes.findLast((node): node is Pair =>
    node.kind === "pair" && !node.isInline && node.table < table.length && isUnder(node.path, table)
  );
  if (dotted !== undefined && table.length > 0) {
    const name = path.slice(dotted.table).map((part) => tomlKey(String(part))).join(".");
    return addLine(text, dotted.end, `${name} = ${tomlText(value)}`);
  }
  return isPlainTable(value) && table.length < 2
    ? addSection(text, nodes, path, value)
    : addSection(text, nodes, table, { [key]: value });
}

/** Takes a key out: a pair, a table of its own with all that is in it, or all dotted keys that begin so. */
export function removeKey(text: string, path: TomlPath): string {
  const nodes = nodesOf(text).filter((node) => node.kind !== "item" && isUnder(node.path, path));
  // What stands inside of another goes with it.
  const outer = nodes.filter((node) => !nodes.some((other) => other.start < node.start && node.end < other.end));
  return outer.sort((a, b) => b.start - a.start).reduce((so, node) => removeNode(so, node), text);
}

function removeNode(text: string, node: TomlNode): string {
  const { start, end } = node;
  if (node.kind === "pair" && node.isInline) return removeInline(text, start, end);
  const until = restOfLine(text, end) ?? end;
  const from = lineStart(text, start);
  // Of the blank lines around a table one is enough.
  const gap = node.kind === "header" && /^(?:\r?\n|$)/.test(text.slice(until))
    ? /(?<=^|\n)\r?\n$/.exec(text.slice(0, from))?.[0].length ?? 0
    : 0;
  return splice(text, from - gap, until, "");
}

function removeInline(text: string, start: number, end: number): string {
  const after = /^[ \t]*,[ \t]*/.exec(text.slice(end));
  if (after !== null) return splice(text, start, end + after[0].length, "");
  const before = /[ \t]*,[ \t]*$/.exec(text.slice(0, start));
  return splice(text, start - (before?.[0].length ?? 0), end, "");
}

function addInline(text: string, nodes: readonly TomlNode[], table: Pair, key: string, value: TomlValue): string {
  const pair = `${tomlKey(key)} = ${tomlText(value)}`;
  const last = nodes.findLast((node) =>
    node.kind === "pair" && node.isInline && node.table === table.path.length && isUnder(node.path, table.path)
  );
  return last === undefined
    ? splice(text, table.valueStart, table.end, `{ ${pair} }`)
    : splice(text, last.end, last.end, `, ${pair}`);
}

/** Its tables may have been told of by what is in them; then it goes before those. */
function addSection(text: string, nodes: readonly TomlNode[], path: TomlPath, value: TomlTable): string {
  const newline = newlineOf(text);
  const lines = Object.entries(value).map(([key, inner]) => `${tomlKey(key)} = ${tomlText(inner)}`);
  if (path.length === 0) return splice(text, 0, 0, lines.map((line) => `${line}${newline}`).join(""));
  const section = [`[${path.map((part) => tomlKey(String(part))).join(".")}]`, ...lines].join(newline) + newline;
  const inner = nodes.find((node) => node.kind === "header" && isUnder(node.path, path));
  if (inner !== undefined) return splice(text, inner.start, inner.start, section + newline);
  const gap = text.trim() === "" ? "" : text.endsWith("\n") ? newline : newline + newline;
  return `${text}${gap}${section}`;
}

/** Where the last pair of a header's own ends, or the header itself. */
function endOfBody(nodes: readonly TomlNode[], header: Header): number {
  const next = nodes.find((node) => node.kind === "header" && node.start > header.start)?.start ?? Infinity;
  const pairs = nodes.filter((node) =>
    node.kind === "pair" && !node.isInline && node.start > header.end && node.start < next
  );
  return pairs.at(-1)?.end ?? header.end;
}

/** After the line on which something ends. */
function addLine(text: string, end: number, line: string): string {
  const newline = newlineOf(text);
  const at = restOfLine(text, end) ?? end;
  const broken = at > 0 && text[at - 1] === "\n";
  return splice(text, at, at, broken ? `${line}${newline}` : `${newline}${line}${newline}`);
}

function fillArray(text: string, array: Pair, item: string): string {
  const inner = text.slice(array.valueStart + 1, array.end - 1);
  const newline = newlineOf(text);
  if (!inner.includes("\n")) return splice(text, array.valueStart, array.end, `[${item}]`);
  const close = lineStart(text, array.end - 1);
  return splice(text, close, close, `${indentAt(text, array.start)}  ${item},${newline}`);
}

function nodesOf(text: string): readonly TomlNode[] {
  return indexToml(text).nodes;
}

/** @throws {RangeError} when there is none: the caller has seen it in the parsed text. */
function pairAt(nodes: readonly TomlNode[], path: TomlPath): Pair {
  const pair = nodes.find((node): node is Pair => node.kind === "pair" && isSame(node.path, path));
  if (pair === undefined) throw new RangeError(`no value at ${path.join(".")}`);
  return pair;
}

/** @throws {RangeError} see {@linkcode pairAt} */
function itemAt(items: readonly TomlNode[], index: number): TomlNode {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index}`);
  return item;
}

function itemsOf(nodes: readonly TomlNode[], path: TomlPath): readonly TomlNode[] {
  return nodes.filter((node) => node.kind === "item" && isSame(node.path.slice(0, -1), path));
}

/** The offset behind the comma that follows, or null. */
function commaAfter(text: string, from: number, end: number): number | null {
  COMMA.lastIndex = from;
  return COMMA.test(text) && COMMA.lastIndex < end ? COMMA.lastIndex : null;
}

/** The offset behind the line's end when nothing but a comment follows, else null. */
function restOfLine(text: string, from: number): number | null {
  REST_OF_LINE.lastIndex = from;
  return REST_OF_LINE.test(text) ? REST_OF_LINE.lastIndex : null;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

function isLineStart(text: string, at: number): boolean {
  return /^[ \t]*$/.test(text.slice(lineStart(text, at), at));
}

function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, at)))![0];
}

function newlineOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

function isSame(a: TomlPath, b: TomlPath): boolean {
  return a.length === b.length && isUnder(a, b);
}

function isUnder(path: TomlPath, outer: TomlPath): boolean {
  return path.length >= outer.length && outer.every((part, i) => part === path[i]);
}

function isPlainTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
}
