/**
 * Finds every import of a module with a real parser. What it does not take is refused: nothing runs that was not
 * understood.
 * @module
 */

import { parse } from "acorn";
import { CommonJsParts } from "./commonjs.ts";
import { attributeRefused, syntaxError } from "./errors.ts";
import { originalPlace } from "./original_place.ts";
import { type ImportSite, type ImportType, OUR_NAMES, type ParsedModule } from "./parsed_module.ts";
import { literalText, type SyntaxNode } from "./syntax_node.ts";

/** How a module is to be read. `either`: as CommonJS unless it has the syntax of an ES module. */
export type Format = "module" | "commonjs" | "either";

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
  return moduleOf(url, source, parseOrRefuse(url, source, format, map), map);
}

/**
 * Finds every import of a module that was parsed before.
 * @param parsed What the parser made of exactly this source.
 */
export function moduleOf(url: string, source: string, parsed: Parsed, map: string | null = null): ParsedModule {
  // What is written in front of it may not move it.
  const code = source.startsWith("#!") ? `//${source.slice(2)}` : source;
  const imports: ImportSite[] = [];
  const dynamic: number[] = [];
  const metas: (readonly [number, number])[] = [];
  const taken = new Set<string>();
  const parts = new CommonJsParts();
  const { root, isModule } = parsed;
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

/** A program as the parser understood it. */
export interface Parsed {
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
