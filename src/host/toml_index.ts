/**
 * Where keys and items stand in a TOML text, and which are written twice: the parser tells neither. It reads only as
 * much as it needs for that, and stops where it does not understand; whether the text is valid is the parser's matter.
 * @module
 */

import { parse } from "@std/toml";

/** Keys and indexes from the root: `["plugins", "monitoring", 0]`. */
export type TomlPath = readonly (string | number)[];

/** Line and column, from 1. */
export interface TomlPlace {
  readonly line: number;
  readonly column: number;
}

/** A key or table that is written twice. */
export interface TomlClash {
  readonly path: TomlPath;
  readonly place: TomlPlace;
  readonly first: TomlPlace;
}

/** What a text holds at one path, as offsets into it. */
export type TomlNode =
  & { readonly path: TomlPath; readonly start: number; readonly end: number }
  & (
    /** `[a.b]`, brackets included. */
    | { readonly kind: "header"; readonly isList: boolean }
    /** `key = value`; keys of the path before `table` long are those of the header or inline table that it stands in. */
    | { readonly kind: "pair"; readonly table: number; readonly valueStart: number; readonly isInline: boolean }
    /** Of an array. */
    | { readonly kind: "item" }
  );

/** What a text was found to hold. */
export interface TomlIndex {
  /** Undefined for what was not found. */
  placeOf(path: TomlPath): TomlPlace | undefined;
  /** In the order of the text. */
  readonly clashes: readonly TomlClash[];
  /** Every key of the text, with the name that it has when it is read. */
  readonly keys: readonly { readonly name: string; readonly place: TomlPlace }[];
  /** In the order in which they end, so that items come before their array. */
  readonly nodes: readonly TomlNode[];
}

/** Reads a text through. */
export function indexToml(text: string): TomlIndex {
  const scanner = new Scanner(text);
  scanner.scan();
  const place = (offset: number) => placeAt(text, offset);
  return {
    placeOf(path) {
      const found = scanner.found.get(JSON.stringify(path));
      return found === undefined ? undefined : place(found.offset);
    },
    clashes: scanner.clashes.map(({ path, offset, first }) => ({ path, place: place(offset), first: place(first) })),
    keys: scanner.keys.map(({ name, offset }) => ({ name, place: place(offset) })),
    nodes: scanner.nodes,
  };
}

/** The line and column of a character. */
export function placeAt(text: string, offset: number): TomlPlace {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
}

/** `implied`: a table that only the keys in it tell of. `list`: of `[[tables]]`, so many. */
type Found =
  & { readonly offset: number }
  & (
    | { readonly kind: "value" | "table" | "implied" }
    | { readonly kind: "list"; readonly count: number }
  );

interface Key {
  readonly name: string;
  readonly offset: number;
}

const LOST = Symbol("the text is not understood here");

const BLANK = /(?:[ \t\r\n]|#[^\n]*)+/y;
const SPACE = /[ \t]+/y;
const BARE_KEY = /[A-Za-z0-9_-]+/y;
const BASIC = /"(?:[^"\\\n]|\\.)*"/y;
const LITERAL = /'[^'\n]*'/y;
const LONG_BASIC = /"{3}(?:[^"\\]|\\[^]|"(?!""))*"{3,5}/y;
const LONG_LITERAL = /'{3}(?:[^']|'(?!''))*'{3,5}/y;
/** Of dates, those with a space in them too. */
const BARE_VALUE = /\d{4}-\d\d-\d\d \d[^\s,\[\]{}#"'=]*|[^\s,\[\]{}#"'=]+/y;

class Scanner {
  readonly found = new Map<string, Found>();
  readonly clashes: { path: TomlPath; offset: number; first: number }[] = [];
  readonly keys: Key[] = [];
  readonly nodes: TomlNode[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    try {
      for (let table: TomlPath = [];;) {
        this.#skip(BLANK);
        if (this.#at === this.#text.length) return;
        if (this.#text[this.#at] === "[") table = this.#header();
        else this.#pair(table, false);
      }
    } catch (lost) {
      if (lost !== LOST) throw lost;
    }
  }

  #header(): TomlPath {
    const start = this.#at;
    const isList = this.#text.startsWith("[[", this.#at);
    this.#need(isList ? "[[" : "[");
    const keys = this.#dottedKey();
    this.#need(isList ? "]]" : "]");
    const path = this.#open([], keys.slice(0, -1));
    const { name, offset } = keys.at(-1)!;
    const table = isList ? this.#addToList([...path, name], offset) : this.#define([...path, name], offset, "table");
    this.nodes.push({ kind: "header", path: table, isList, start, end: this.#at });
    return table;
  }

  #pair(table: TomlPath, isInline: boolean): void {
    const start = this.#at;
    const keys = this.#dottedKey();
    this.#need("=");
    const { name, offset } = keys.at(-1)!;
    const path = this.#define([...this.#open(table, keys.slice(0, -1)), name], offset, "value");
    this.#skip(BLANK);
    const valueStart = this.#at;
    this.#value(path);
    this.nodes.push({ kind: "pair", path, table: table.length, valueStart, isInline, start, end: this.#at });
  }

  #value(path: TomlPath): void {
    this.#skip(BLANK);
    if (this.#text[this.#at] === "[") return this.#array(path);
    if (this.#text[this.#at] === "{") return this.#inlineTable(path);
    const simple = [LONG_BASIC, LONG_LITERAL, BASIC, LITERAL, BARE_VALUE];
    if (!simple.some((pattern) => this.#skip(pattern))) throw LOST;
  }

  #array(path: TomlPath): void {
    this.#need("[");
    for (let index = 0;; index++) {
      this.#skip(BLANK);
      if (this.#take("]")) return;
      const item = [...path, index];
      const start = this.#at;
      this.found.set(JSON.stringify(item), { kind: "value", offset: start });
      this.#value(item);
      this.nodes.push({ kind: "item", path: item, start, end: this.#at });
      this.#skip(BLANK);
      if (!this.#take(",")) return this.#need("]");
    }
  }

  #inlineTable(path: TomlPath): void {
    this.#need("{");
    for (;;) {
      this.#skip(BLANK);
      if (this.#take("}")) return;
      this.#pair(path, true);
      this.#skip(BLANK);
      if (!this.#take(",")) return this.#need("}");
    }
  }

  /** The tables that lead to a key: made when they are not there, and of a list the last one. */
  #open(table: TomlPath, keys: readonly Key[]): TomlPath {
    return keys.reduce<TomlPath>((path, { name, offset }) => {
      const next = [...path, name];
      const found = this.found.get(JSON.stringify(next));
      if (found === undefined) this.found.set(JSON.stringify(next), { kind: "implied", offset });
      if (found?.kind === "value") this.clashes.push({ path: next, offset, first: found.offset });
      return found?.kind === "list" ? [...next, found.count - 1] : next;
    }, table);
  }

  #define(path: TomlPath, offset: number, kind: "value" | "table"): TomlPath {
    const id = JSON.stringify(path);
    const found = this.found.get(id);
    if (found === undefined) this.found.set(id, { kind, offset });
    else this.clashes.push({ path, offset, first: found.offset });
    return path;
  }

  #addToList(path: TomlPath, offset: number): TomlPath {
    const id = JSON.stringify(path);
    const found = this.found.get(id);
    if (found !== undefined && found.kind !== "list") this.clashes.push({ path, offset, first: found.offset });
    const count = found?.kind === "list" ? found.count : 0;
    this.found.set(id, { kind: "list", offset: found?.offset ?? offset, count: count + 1 });
    this.found.set(JSON.stringify([...path, count]), { kind: "table", offset });
    return [...path, count];
  }

  #dottedKey(): Key[] {
    const keys: Key[] = [];
    do {
      this.#skip(SPACE);
      keys.push(this.#key());
      this.#skip(SPACE);
    } while (this.#take("."));
    this.keys.push(...keys);
    return keys;
  }

  #key(): Key {
    const offset = this.#at;
    if (this.#skip(BARE_KEY)) return { name: this.#text.slice(offset, this.#at), offset };
    if (!this.#skip(BASIC) && !this.#skip(LITERAL)) throw LOST;
    return { name: unquote(this.#text.slice(offset, this.#at)), offset };
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #take(text: string): boolean {
    const here = this.#text.startsWith(text, this.#at);
    if (here) this.#at += text.length;
    return here;
  }

  #need(text: string): void {
    this.#skip(SPACE);
    if (!this.#take(text)) throw LOST;
  }
}

/** By the parser itself, so that the name is the one that it will use. */
function unquote(raw: string): string {
  try {
    return String(parse(`key = ${raw}`).key);
  } catch {
    throw LOST;
  }
}
