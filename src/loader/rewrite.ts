/**
 * Finds every import of a module with a real parser and makes each mean a file of the prepared folder. What the parser
 * does not take is refused: nothing runs that was not understood.
 * @module
 */

import { type Node, parse } from "acorn";
import { syntaxError } from "./errors.ts";

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
}

/** What the names begin with that are put into modules. */
const OUR_NAMES = "__nuvom_";

interface AnyNode extends Node {
  readonly [key: string]: unknown;
}

/**
 * @throws {NuvomError} `NUVOM_LOADER_SYNTAX`
 */
export function parseModule(url: string, source: string): ParsedModule {
  const code = source.startsWith("#!") ? `//${source.slice(2)}` : source;
  const imports: ImportSite[] = [];
  const dynamic: number[] = [];
  const metas: (readonly [number, number])[] = [];
  const taken = new Set<string>();
  for (const node of nodes(parseOrRefuse(url, code))) {
    if (node.type === "ImportExpression") {
      dynamic.push(node.start);
      const site = literalImport(node);
      if (site !== null) imports.push(site);
    } else if (node.type === "MetaProperty" && (node.meta as AnyNode).name === "import") {
      metas.push([node.start, node.end]);
    } else if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) && node.source) {
      imports.push(staticImport(url, code, node));
    } else if (node.type === "Identifier" && String(node.name).startsWith(OUR_NAMES)) {
      taken.add(String(node.name));
    }
  }
  return { code, imports, dynamic, metas, taken };
}

function parseOrRefuse(url: string, code: string): AnyNode {
  try {
    return parse(code, { ecmaVersion: "latest", sourceType: "module", locations: false }) as unknown as AnyNode;
  } catch (error) {
    const { loc, message } = error as { loc?: { line: number; column: number }; message: string };
    const place = { url, line: loc?.line ?? 1, column: (loc?.column ?? 0) + 1 };
    throw syntaxError(place, message.replace(/ \(\d+:\d+\)$/, ""), error);
  }
}

/** Every node of a tree, without recursion: minified code nests deeper than the stack. */
function* nodes(root: AnyNode): Iterable<AnyNode> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const next = open.pop();
    // Not by spreading: a table of a million numbers has more elements than a call takes arguments.
    if (Array.isArray(next)) { for (const element of next) open.push(element); }
    else if (typeof next === "object" && next !== null && typeof (next as AnyNode).type === "string") {
      yield next as AnyNode;
      for (const value of Object.values(next)) if (typeof value === "object" && value !== null) open.push(value);
    }
  }
}

function literalImport(node: AnyNode): ImportSite | null {
  const source = node.source as AnyNode;
  const fixed = source.type === "TemplateLiteral" && (source.expressions as unknown[]).length === 0
    ? ((source.quasis as AnyNode[])[0]!.value as { cooked?: string }).cooked
    : source.value;
  if (typeof fixed !== "string") return null;
  const options = node.options as AnyNode | null | undefined;
  const attributes = (options?.properties as AnyNode[] | undefined)?.find((property) => keyName(property) === "with");
  const list = ((attributes?.value as AnyNode | undefined)?.properties as AnyNode[] | undefined) ?? [];
  return { specifier: fixed, type: importType(list) ?? "js", range: null };
}

function staticImport(url: string, code: string, node: AnyNode): ImportSite {
  const source = node.source as AnyNode;
  const attributes = (node.attributes as AnyNode[] | undefined) ?? [];
  const type = importType(attributes);
  if (type === null) {
    const line = code.slice(0, node.start).split("\n").length;
    throw syntaxError({ url, line, column: 1 }, 'an import attribute other than type "json" or "text"');
  }
  return { specifier: String(source.value), type, range: [source.start, node.end] };
}

function importType(attributes: readonly AnyNode[]): ImportType | null {
  if (attributes.length === 0) return "js";
  const [first] = attributes;
  const value = (first!.value as AnyNode).value;
  return attributes.length === 1 && keyName(first!) === "type" && (value === "json" || value === "text") ? value : null;
}

function keyName(property: AnyNode): unknown {
  const key = property.key as AnyNode | undefined;
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
  /** In the order of their places. */
  readonly shifts: readonly Shift[];
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * @param targetOf What a static import says instead.
 * @param index Number of the module in its folder, under which `guard.js` knows it.
 */
export function rewrite(module: ParsedModule, targetOf: (site: ImportSite) => string, index: number): Rewritten {
  const { code, dynamic, metas, taken } = module;
  const load = freeName(taken, `${OUR_NAMES}import`);
  const meta = freeName(taken, `${OUR_NAMES}meta`);
  const bindings = [
    ...(dynamic.length > 0 ? [`load${index} as ${load}`] : []),
    ...(metas.length > 0 ? [`meta${index} as ${meta}`] : []),
  ];
  const edits: Edit[] = [
    ...(bindings.length > 0
      ? [{ start: 0, end: 0, text: `import { ${bindings.join(", ")} } from "./guard.js";` }]
      : []),
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
  return applyEdits(code, edits.sort((a, b) => a.start - b.start));
}

function applyEdits(code: string, edits: readonly Edit[]): Rewritten {
  const parts: string[] = [];
  const shifts: Shift[] = [];
  let [from, source, written] = [0, START, START];
  for (const { start, end, text } of edits) {
    const kept = code.slice(from, start);
    parts.push(kept, text);
    source = after(after(source, kept), code.slice(start, end));
    written = after(after(written, kept), text);
    shifts.push({ ...written, by: written.column - source.column });
    from = end;
  }
  return { code: parts.join("") + code.slice(from), shifts };
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
