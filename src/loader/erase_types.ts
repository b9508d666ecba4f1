/**
 * Takes the types out of TypeScript in place: every line and column stays. For most modules that is all there is to
 * do, and it is done long before the transpiler has started.
 *
 * It need not know every trap: the parser of JavaScript reads what is left, and unless that is the program that was
 * written, the module goes to the transpiler.
 * @module
 */

import { tsPlugin } from "@sveltejs/acorn-typescript";
import { parse, Parser } from "acorn";
import { sameProgram } from "./same_program.ts";
import { isNode, type SyntaxNode } from "./syntax_node.ts";
import { ValueNames } from "./value_names.ts";

/** JavaScript, and what the parser of JavaScript made of it. */
export interface Erased {
  readonly code: string;
  readonly root: SyntaxNode;
}

const OPTIONS = { ecmaVersion: "latest", sourceType: "module" } as const;
const TypeScriptParser = Parser.extend(tsPlugin(), withinReason);

/** @returns Null where more is to be done than to take something out, and where it is no TypeScript. */
export function eraseTypes(source: string): Erased | null {
  try {
    const typed = TypeScriptParser.parse(source, { ...OPTIONS, locations: true }) as unknown as SyntaxNode;
    const eraser = new Eraser(source, typed);
    const code = eraser.code();
    const root = parse(code, OPTIONS) as unknown as SyntaxNode;
    return sameProgram(code, root, typed, eraser.gone) ? { code, root } : null;
  } catch {
    // Neither a syntax error nor a tree that is too deep is told from here: the transpiler finds it as well.
    return null;
  }
}

/** What is of types alone, wherever it stands. */
const TYPES = new Set([
  ...["TSTypeAnnotation", "TSTypeParameterDeclaration", "TSTypeParameterInstantiation", "TSIndexSignature"],
  ...["TSDeclareFunction", "TSInterfaceDeclaration", "TSTypeAliasDeclaration"],
]);

interface Tokens {
  readonly input: string;
  nextToken(): void;
}

/** What may be this or that is tried both ways, at every depth anew: without an end, a line could take hours. */
function withinReason(base: typeof Parser): typeof Parser {
  const Base = base as unknown as new (...args: never[]) => Tokens;
  class Patient extends Base {
    #tokens = 0;

    override nextToken(): void {
      if (++this.#tokens > 100 + 2 * this.input.length) throw new Unable("too many tries");
      super.nextToken();
    }
  }
  return Patient as unknown as typeof Parser;
}

class Eraser {
  /** Nodes of which nothing is left. */
  readonly gone = new Set<SyntaxNode>();
  readonly #source: string;
  readonly #names = new ValueNames();
  readonly #ranges: (readonly [start: number, end: number])[] = [];

  constructor(source: string, root: SyntaxNode) {
    this.#source = source;
    const statements = root.body as SyntaxNode[];
    for (const each of statements) if (each.type !== "ImportDeclaration") this.#visit(each);
    for (const each of statements) if (each.type === "ImportDeclaration") this.#import(each);
    if (this.#names.exportsType) throw new Unable("export default");
  }

  code(): string {
    let [code, from] = ["", 0];
    for (const [start, end] of this.#ranges.sort(([a], [b]) => a - b)) {
      if (start > from) code += this.#source.slice(from, start);
      if (end > from) code += this.#source.slice(Math.max(from, start), end).replace(/[^\n\r\u2028\u2029]/g, " ");
      from = Math.max(from, end);
    }
    return code + this.#source.slice(from);
  }

  #visit(node: SyntaxNode): void {
    if (isTyping(node)) {
      this.#names.type(node);
      return this.#erase(node);
    }
    this.#syntax(node);
    this.#names.value(node);
    for (const key in node) {
      const child = node[key];
      if (typeof child !== "object" || child === null || isMereName(key, node)) continue;
      if (Array.isArray(child)) {
        for (const each of child) if (isNode(each) && !this.gone.has(each)) this.#visit(each);
      } else if (isNode(child) && !this.gone.has(child)) this.#visit(child);
    }
  }

  #syntax(node: SyntaxNode): void {
    switch (node.type) {
      case "Identifier":
        if (node.typeAnnotation || node.optional) this.#blank(node.start + String(node.name).length, node.end);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
        return this.#thisParameter(node.params as SyntaxNode[]);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node);
      case "MethodDefinition":
      case "PropertyDefinition":
        return this.#member(node);
      case "ExportNamedDeclaration":
        // The transpiler does not load the other module for it.
        if (node.source && (node.specifiers as SyntaxNode[]).length === 0) throw new Unable("export {} from");
        for (const each of node.specifiers as SyntaxNode[]) if (each.exportKind === "type") this.#specifier(each);
        return;
      default:
        if (node.type.startsWith("TS")) this.#expression(node);
    }
  }

  #expression(node: SyntaxNode): void {
    const type = node.typeAnnotation as SyntaxNode;
    switch (node.type) {
      case "TSAsExpression":
        this.gone.add(type);
        return this.#blank(this.#before(type.start, "as"), node.end);
      case "TSSatisfiesExpression":
        this.gone.add(type);
        return this.#blank(this.#before(type.start, "satisfies"), node.end);
      case "TSNonNullExpression":
        return this.#blank(node.end - 1, node.end);
      case "TSInstantiationExpression":
        return;
      default:
        throw new Unable(node.type);
    }
  }

  #thisParameter([first, second]: readonly SyntaxNode[]): void {
    if (first?.type !== "Identifier" || first.name !== "this") return;
    this.gone.add(first);
    this.#blank(first.start, second?.start ?? first.end);
  }

  #class(node: SyntaxNode): void {
    if (node.abstract) this.#blank(node.start, node.start + "abstract".length);
    const types = node.implements as SyntaxNode[] | undefined;
    if (types === undefined || types.length === 0) return;
    for (const type of types) this.gone.add(type);
    this.#blank(this.#before(types[0]!.start, "implements"), types.at(-1)!.end);
  }

  #member(node: SyntaxNode): void {
    if (node.accessor) throw new Unable("accessor");
    const key = node.key as SyntaxNode;
    if (node.accessibility || node.readonly || node.override) {
      for (const { index, 0: word } of this.#source.slice(node.start, key.start).matchAll(/\w+/g)) {
        if (!MODIFIERS.has(word)) continue;
        this.#blank(node.start + index, node.start + index + word.length);
      }
    }
    if (!node.optional && !node.definite) return;
    const mark = /^\s*\]?\s*[?!]/.exec(this.#source.slice(key.end, node.end));
    if (mark !== null) this.#blank(key.end + mark[0].length - 1, key.end + mark[0].length);
  }

  /** What no value is taken of goes, and an import of which nothing is left. */
  #import(node: SyntaxNode): void {
    const specifiers = node.specifiers as SyntaxNode[];
    const unused = specifiers.filter((each) => {
      const isType = node.importKind === "type" || each.importKind === "type";
      const isUsed = this.#names.isUsed(String((each.local as SyntaxNode).name));
      if (isUsed === null || isType && isUsed) throw new Unable("a name of several things");
      return !isUsed;
    });
    if (specifiers.length > 0 && unused.length === specifiers.length) this.#erase(node);
    else for (const each of unused) this.#specifier(each);
  }

  #specifier(node: SyntaxNode): void {
    this.gone.add(node);
    const comma = /^\s*,/.exec(this.#source.slice(node.end));
    this.#blank(node.start, node.end + (comma?.[0].length ?? 0));
  }

  #erase(node: SyntaxNode): void {
    this.gone.add(node);
    this.#blank(node.start, node.end);
  }

  #blank(start: number, end: number): void {
    this.#ranges.push([start, end]);
  }

  /** Where a keyword stands that the tree does not tell of. */
  #before(end: number, keyword: string): number {
    const text = this.#source.slice(0, end).trimEnd();
    if (!text.endsWith(keyword)) throw new Unable(keyword);
    return text.length - keyword.length;
  }
}

const MODIFIERS = new Set(["public", "private", "protected", "readonly", "override"]);

function isTyping(node: SyntaxNode): boolean {
  if (TYPES.has(node.type) || node.declare) return true;
  const inner = (node.declaration ?? node.value) as SyntaxNode | null | undefined;
  switch (node.type) {
    case "ExportNamedDeclaration":
      return node.exportKind === "type" || areTypes(node.specifiers as SyntaxNode[]) || !!inner && isTyping(inner);
    case "ExportAllDeclaration":
      return node.exportKind === "type";
    case "ExportDefaultDeclaration":
      return isTyping(inner!);
    case "MethodDefinition":
      return inner!.type === "TSDeclareMethod";
    case "PropertyDefinition":
      return node.abstract === true;
    default:
      return false;
  }
}

/** Whether a part of a node names no value: a part of an object, a label, what another module calls it. */
function isMereName(key: string, node: SyntaxNode): boolean {
  switch (node.type) {
    case "MemberExpression":
      return key === "property" && !node.computed;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
      return key === "key" && !node.computed;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return key === "label";
    case "ExportSpecifier":
      return key === "exported";
    case "ExportNamedDeclaration":
      return !!node.source;
    case "ExportAllDeclaration":
    case "MetaProperty":
      return true;
    default:
      return false;
  }
}

function areTypes(specifiers: readonly SyntaxNode[]): boolean {
  return specifiers.length > 0 && specifiers.every(({ exportKind }) => exportKind === "type");
}

/** Something that the transpiler is for. */
class Unable extends Error {}
