/**
 * Finds every import of a module with a real parser and makes each mean a file of the prepared folder. What the parser
 * does not take is refused: nothing runs that was not understood.
 * @module
 */

import { parse } from "acorn";
import { type CommonJs, CommonJsParts } from "./commonjs.ts";
import { attributeRefused, syntaxError } from "./errors.ts";
import { originalPlace } from "./original_place.ts";
import { literalText, type SyntaxNode } from "./syntax_node.ts";

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

/** How a module is to be read. `either`: as CommonJS unless it has the syntax of an ES module. */
export type Format = "module" | "commonjs" | "either";

/** What the names begin with that are put into modules. */
const OUR_NAMES = "__nuvom_";

/**
 * @param map Of the transpiler, JSON text, so that an error names the place that was written.
 * @throws {NuvomError} `NUVOM_LOADER_SYNTAX`
 */
export function parseModule(
  url: string,
  source: string,
  format: Format = "module",
  map: string | null = null,
): ParsedModule {
  const code = source.startsWith("#!") ? `//${source.slice(2)}` : source;
  const imports: ImportSite[] = [];
  const dynamic: number[] = [];
  const metas: (readonly [number, number])[] = [];
  const taken = new Set<string>();
  const parts = new CommonJsParts();
  const { root, isModule } = parseOrRefuse(url, code, format, map);
  for (const node of nodes(root)) {
    if (!isModule) parts.visit(node);
    if (node.type === "ImportExpression") {
      dynamic.push(node.start);
      const site = literalImport(node);
      if (site !== null) imports.push(site);
    } else if (node.type === "MetaProperty" && (node.meta as SyntaxNode).name === "import") {
      metas.push([node.start, node.end]);
    } else if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) && node.source) {
      imports.push(staticImport(url, code, node, map));
    } else if (node.type === "Identifier" && String(node.name).startsWith(OUR_NAMES)) {
      taken.add(String(node.name));
    }
  }
  const found = { code, imports, dynamic, metas, taken };
  return isModule ? found : { ...found, commonjs: parts.commonJs(code) };
}

interface Parsed {
  readonly root: SyntaxNode;
  readonly isModule: boolean;
}

function parseOrRefuse(url: string, code: string, format: Format, map: string | null): Parsed {
  const first = parseAs(code, format === "module" ? "module" : "commonjs");
  if ("root" in first) return first;
  const second = format === "either" ? parseAs(code, "module") : first;
  if ("root" in second) return second;
  // Whichever got further says more of what is wrong.
  const { error } = (second.error.pos ?? 0) > (first.error.pos ?? 0) ? second : first;
  const place = { url, line: error.loc?.line ?? 1, column: (error.loc?.column ?? 0) + 1 };
  throw syntaxError(originalPlace(place, map), error.message.replace(/ \(\d+:\d+\)$/, ""), error);
}

interface ParseError extends Error {
  readonly pos?: number;
  readonly loc?: { readonly line: number; readonly column: number };
}

function parseAs(code: string, sourceType: "module" | "commonjs"): Parsed | { readonly error: ParseError } {
  try {
    const root = parse(code, { ecmaVersion: "latest", sourceType, locations: false }) as unknown as SyntaxNode;
    return { root, isModule: sourceType === "module" };
  } catch (error) {
    return { error: error as ParseError };
  }
}

/** Every node of a tree, without recursion: minified code nests deeper than the stack. */
function* nodes(root: SyntaxNode): Iterable<SyntaxNode> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const next = open.pop();
    // Not by spreading: a table of a million numbers has more elements than a call takes arguments.
    // From the end, so that statements come in the order of the source.
    if (Array.isArray(next)) { for (let i = next.length - 1; i >= 0; i--) open.push(next[i]); }
    else if (typeof next === "object" && next !== null && typeof (next as SyntaxNode).type === "string") {
      yield next as SyntaxNode;
      for (const value of Object.values(next)) if (typeof value === "object" && value !== null) open.push(value);
    }
  }
}

function literalImport(node: SyntaxNode): ImportSite | null {
  const fixed = literalText(node.source as SyntaxNode);
  if (fixed === null) return null;
  const options = node.options as SyntaxNode | null | undefined;
  const attributes = (options?.properties as SyntaxNode[] | undefined)?.find((property) =>
    keyName(property) === "with"
  );
  const list = ((attributes?.value as SyntaxNode | undefined)?.properties as SyntaxNode[] | undefined) ?? [];
  return { specifier: fixed, type: importType(list) ?? "js", range: null };
}

function staticImport(url: string, code: string, node: SyntaxNode, map: string | null): ImportSite {
  const source = node.source as SyntaxNode;
  const attributes = (node.attributes as SyntaxNode[] | undefined) ?? [];
  const type = importType(attributes);
  if (type === null) {
    const before = code.slice(0, node.start).split("\n");
    const place = { url, line: before.length, column: before.at(-1)!.length + 1 };
    throw attributeRefused(originalPlace(place, map));
  }
  return { specifier: String(source.value), type, range: [source.start, node.end] };
}

function importType(attributes: readonly SyntaxNode[]): ImportType | null {
  if (attributes.length === 0) return "js";
  const [first] = attributes;
  const value = (first!.value as SyntaxNode).value;
  return attributes.length === 1 && keyName(first!) === "type" && (value === "json" || value === "text") ? value : null;
}

function keyName(property: SyntaxNode): unknown {
  const key = property.key as SyntaxNode | undefined;
  return key?.name ?? key?.value;
}

/** From a column of a line on, everything stands further right than in the source. */
export interface Shift {
  /** From 1. */
  readonly line: number;
  /** From 1, in what was written. */
  readonly column: number;
  /** May be negative. */
  readonly by: number;
}

/** A module as it is written. Its lines are those of the source. */
export interface Rewritten {
  readonly code: string;
  /** In the order of their places; made when a stack asks for them. */
  readonly shifts: () => readonly Shift[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * @param targetOf What a static import says instead.
 * @param index Number of the module in its folder, under which `guard.js` knows it.
 * @returns Of an ES module the module; of CommonJS an expression: a function that takes what `import()` becomes and
 *   gives the function that Node makes of such a file.
 */
export function rewrite(module: ParsedModule, targetOf: (site: ImportSite) => string, index: number): Rewritten {
  const { code, dynamic, metas, taken, commonjs } = module;
  const load = freeName(taken, `${OUR_NAMES}import`);
  const meta = freeName(taken, `${OUR_NAMES}meta`);
  const bindings = [
    ...(dynamic.length > 0 ? [`load${index} as ${load}`] : []),
    ...(metas.length > 0 ? [`meta${index} as ${meta}`] : []),
  ];
  const opening = commonjs !== undefined
    ? `(function (${
      dynamic.length > 0 ? load : ""
    }) { return function (exports, require, module, __filename, __dirname) {`
    : bindings.length > 0
    ? `import { ${bindings.join(", ")} } from "./guard.js";`
    : "";
  const edits: Edit[] = [
    ...(opening === "" ? [] : [{ start: 0, end: 0, text: opening }]),
    ...dynamic.map((start) => ({ start, end: start + "import".length, text: load })),
    ...metas.map(([start, end]) => ({ start, end, text: meta })),
  ];
  for (const site of module.imports) {
    if (site.range === null) continue;
    const [start, end] = site.range;
    // Lines must not move: stack traces and source maps count on them.
    const lineBreaks = code.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, "");
    edits.push({ start, end, text: `${JSON.stringify(targetOf(site))};${lineBreaks}` });
  }
  const written = applyEdits(code, edits.sort((a, b) => a.start - b.start));
  return commonjs === undefined ? written : { ...written, code: `${written.code}\n}; })` };
}

function applyEdits(code: string, edits: readonly Edit[]): Rewritten {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, text } of edits) {
    parts.push(code.slice(from, start), text);
    from = end;
  }
  return { code: parts.join("") + code.slice(from), shifts: () => shiftsOf(code, edits) };
}

function shiftsOf(code: string, edits: readonly Edit[]): Shift[] {
  let [from, source, written] = [0, START, START];
  return edits.map(({ start, end, text }) => {
    const kept = code.slice(from, start);
    source = after(after(source, kept), code.slice(start, end));
    written = after(after(written, kept), text);
    from = end;
    return { ...written, by: written.column - source.column };
  });
}

const START = { line: 1, column: 1 };

/** Where a text ends that begins at a place. */
function after({ line, column }: typeof START, text: string): typeof START {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029]/);
  const last = lines.at(-1)!.length;
  return { line: line + lines.length - 1, column: lines.length === 1 ? column + last : last + 1 };
}

function freeName(taken: ReadonlySet<string>, name: string): string {
  let free = name;
  for (let n = 1; taken.has(free); n++) free = `${name}_${n}`;
  return free;
}
