/** One value of the manifest with its place: reads it as the type that is wanted, or says what is wrong with it. @module */

import { type Duration, nearestName, parseDuration } from "../core/mod.ts";
import { type ManifestDocument, shownPath } from "./manifest_document.ts";
import { badValue, listedTwice, unknownKey } from "./manifest_errors.ts";
import type { TomlPath } from "./toml_index.ts";

/** A value and where it stands. `example` is always a line of TOML as it should be. */
export class ManifestNode {
  readonly path: TomlPath;
  readonly value: unknown;
  readonly #document: ManifestDocument;

  private constructor(document: ManifestDocument, path: TomlPath, value: unknown) {
    this.#document = document;
    this.path = path;
    this.value = value;
  }

  /** The whole manifest. */
  static root(document: ManifestDocument): ManifestNode {
    return new ManifestNode(document, [], document.data);
  }

  /** Of the manifest. */
  get folder(): string {
    return this.#document.folder;
  }

  /** `.nuvom_plugins.toml:3:18` */
  get place(): string {
    return this.#document.placeOf(this.path);
  }

  /** `[plugins] monitoring` */
  get shown(): string {
    return shownPath(this.path);
  }

  get isTable(): boolean {
    return typeof this.value === "object" && this.value !== null && !Array.isArray(this.value) &&
      !(this.value instanceof Date);
  }

  /** What a table or a list holds; nothing for other values. */
  get children(): readonly ManifestNode[] {
    if (!this.isTable && !Array.isArray(this.value)) return [];
    const keys = Array.isArray(this.value) ? this.value.keys() : Object.keys(this.value as object);
    return [...keys].map((key) => this.#inside(key));
  }

  /** What a table holds, by key. */
  table(example: string): ReadonlyMap<string, ManifestNode> {
    if (!this.isTable) throw this.wrong("a table", example);
    return new Map(this.children.map((node) => [String(node.path.at(-1)), node]));
  }

  /** What a table with fixed keys holds. */
  record<K extends string>(known: readonly K[], example: string): { readonly [N in K]?: ManifestNode } {
    const table = this.table(example);
    for (const [key, node] of table) {
      if (!known.some((name) => name === key)) throw unknownKey(node.place, this.shown, key, known);
    }
    return Object.fromEntries(table) as { [N in K]?: ManifestNode };
  }

  /** What a list holds. */
  list(example: string): readonly ManifestNode[] {
    if (!Array.isArray(this.value)) throw this.wrong("a list", example);
    return this.children;
  }

  /** A list of texts, none of them empty or there twice. */
  texts(example: string): readonly ManifestNode[] {
    const seen = new Set<string>();
    return this.list(example).map((node) => {
      const text = node.text(example);
      if (seen.has(text)) throw listedTwice(node.place, this.shown, text);
      seen.add(text);
      return node;
    });
  }

  /** A text that is not empty and has no characters that hide what it says. */
  text(example: string): string {
    if (typeof this.value !== "string") throw this.wrong("a text", example);
    if (this.value.trim() === "") throw badValue(this.place, this.shown, "is empty", example);
    const hidden = /[\p{Cc}\p{Bidi_Control}]/u.exec(this.value);
    if (hidden === null) return this.value;
    const code = hidden[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
    throw badValue(this.place, this.shown, `holds the invisible character U+${code}`, example);
  }

  /** One of some words. */
  choice<T extends string>(choices: readonly T[], example: string): T {
    const text = this.text(example);
    const choice = choices.find((known) => known === text);
    if (choice !== undefined) return choice;
    const problem = `is ${JSON.stringify(text)}, which is none of ${choices.join(", ")}`;
    const nearest = nearestName(text, choices);
    throw badValue(
      this.place,
      this.shown,
      problem,
      nearest === undefined ? example : `${this.path.at(-1)} = "${nearest}"`,
    );
  }

  /** True or false. */
  flag(example: string): boolean {
    if (typeof this.value !== "boolean") throw this.wrong("true or false", example);
    return this.value;
  }

  /** A whole number in a range, ends included. */
  whole(min: number, max: number, example: string): number {
    if (typeof this.value !== "number") throw this.wrong("a number", example);
    if (Number.isInteger(this.value) && this.value >= min && this.value <= max) return this.value;
    throw badValue(this.place, this.shown, `is ${this.value}, not a whole number from ${min} to ${max}`, example);
  }

  /** A duration in milliseconds, from human text; ends included. */
  duration(min: Duration, max: Duration, example: string): number {
    const text = this.text(example);
    const ms = readDuration(text);
    if (ms !== null && ms >= parseDuration(min, "min") && ms <= parseDuration(max, "max")) return ms;
    throw badValue(this.place, this.shown, `is ${JSON.stringify(text)}, not a duration from ${min} to ${max}`, example);
  }

  /** What to throw when the value is not what is wanted. */
  wrong(wanted: string, example: string): Error {
    return badValue(this.place, this.shown, `is ${describe(this.value)}, not ${wanted}`, example);
  }

  #inside(key: string | number): ManifestNode {
    const value = (this.value as Record<string | number, unknown>)[key];
    return new ManifestNode(this.#document, [...this.path, key], value);
  }
}

function readDuration(text: string): number | null {
  try {
    return parseDuration(text, "it");
  } catch {
    return null;
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value instanceof Date) return "a date";
  switch (typeof value) {
    case "string":
      return "a text";
    case "number":
      return "a number";
    case "boolean":
      return String(value);
    default:
      return "a table";
  }
}
