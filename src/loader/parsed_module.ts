/** What is known of a module once it is parsed. @module */

/** What the names begin with that are put into modules. */
export const OUR_NAMES = "__nuvom_";

/** How an import wants the module read. */
export type ImportType = "js" | "json" | "text";

/** One place in a module that names another. */
export interface ImportSite {
  readonly specifier: string;
  readonly type: ImportType;
  /** Range of text that `from` and its attributes take; null for a dynamic import, whose text stays. */
  readonly range: readonly [number, number] | null;
}

/** What the parser found. */
export interface ParsedModule {
  readonly code: string;
  readonly imports: readonly ImportSite[];
  /** Offsets of the word `import` of dynamic imports. */
  readonly dynamic: readonly number[];
  /** Ranges of `import.meta`. */
  readonly metas: readonly (readonly [number, number])[];
  /** Identifiers of the module that our own names must not collide with. */
  readonly taken: ReadonlySet<string>;
  /** Left out: it is an ES module. */
  readonly commonjs?: CommonJs;
}

/** What the parser and the lexer found in a CommonJS module. */
export interface CommonJs {
  /** What `require("…")` names, wherever it stands. */
  readonly requires: readonly string[];
  /** What `require.resolve("…")` names. */
  readonly resolves: readonly string[];
  /** Names that an ES module may import. */
  readonly names: readonly string[];
  /** What `require`s it hands on the names of. */
  readonly reexports: readonly string[];
}

/** How `require` reads a file. */
export function requiredType(url: string): "js" | "json" {
  return url.endsWith(".json") ? "json" : "js";
}
