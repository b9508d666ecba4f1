/** What a CommonJS module asks for and what it offers. @module */

import { initSync, parse as lex } from "cjs-module-lexer";
import type { CommonJs } from "./parsed_module.ts";
import { literalText, type SyntaxNode } from "./syntax_node.ts";

/**
 * Gathers what the nodes of a module name. Whose `require` or `exports` it is, is not asked: a name too many harms
 * nobody.
 */
export class CommonJsParts {
  readonly #requires = new Set<string>();
  readonly #resolves = new Set<string>();
  readonly #names = new Set<string>();
  readonly #reexports = new Set<string>();

  /** Takes a node of the module's tree. */
  visit(node: SyntaxNode): void {
    if (node.type === "CallExpression") this.#call(node);
    if (node.type === "AssignmentExpression" && isExports(node.left as SyntaxNode)) this.#exported(node);
  }

  /** What was found, with what Node's own lexer finds. */
  commonJs(code: string): CommonJs {
    const { exports, reexports } = lexed(code);
    const names = [...new Set([...exports, ...this.#names])].filter((name) =>
      name !== "default" && name !== "module.exports" && name.isWellFormed()
    );
    return {
      requires: [...this.#requires],
      resolves: [...this.#resolves],
      names,
      reexports: [...new Set([...reexports, ...this.#reexports])],
    };
  }

  #call(node: SyntaxNode): void {
    const callee = node.callee as SyntaxNode;
    const [first, second] = node.arguments as SyntaxNode[];
    if (first === undefined) return;
    if (isMember(callee, "Object", "defineProperty") && second !== undefined && isExports(first)) {
      for (const name of textsOf(second)) this.#names.add(name);
    }
    const found = isRequire(callee) ? this.#requires : isMember(callee, "require", "resolve") ? this.#resolves : null;
    if (found !== null) { for (const text of textsOf(first)) found.add(text); }
  }

  /** Every key of `module.exports = { … }`; the lexer stops at the first value that is more than a name. */
  #exported(node: SyntaxNode): void {
    const right = node.right as SyntaxNode;
    if (right.type !== "ObjectExpression") return;
    for (const property of right.properties as SyntaxNode[]) {
      const key = property.key as SyntaxNode | undefined;
      const spread = property.argument as SyntaxNode | undefined;
      if (spread?.type === "CallExpression" && isRequire(spread.callee as SyntaxNode)) {
        for (const text of textsOf((spread.arguments as SyntaxNode[])[0])) this.#reexports.add(text);
      }
      if (key === undefined || property.computed) continue;
      const name = key.type === "Identifier" ? key.name : key.value;
      if (typeof name === "string") this.#names.add(name);
    }
  }
}

function isRequire(callee: SyntaxNode): boolean {
  return callee.type === "Identifier" && callee.name === "require" || isMember(callee, "module", "require");
}

function isExports(node: SyntaxNode): boolean {
  return node.type === "Identifier" && node.name === "exports" || isMember(node, "module", "exports");
}

/** `OWNER.NAME` */
function isMember(node: SyntaxNode, owner: string, name: string): boolean {
  return node.type === "MemberExpression" && !node.computed && (node.object as SyntaxNode).name === owner &&
    (node.property as SyntaxNode).name === name;
}

/** The texts that an argument may be: a literal, or a choice between some. */
function textsOf(node: SyntaxNode | undefined): readonly string[] {
  if (node === undefined) return [];
  if (node.type === "ConditionalExpression") {
    return [...textsOf(node.consequent as SyntaxNode), ...textsOf(node.alternate as SyntaxNode)];
  }
  const text = literalText(node);
  return text === null ? [] : [text];
}

let ready = false;

/** A module that the lexer does not understand has no names: its default export is there all the same. */
function lexed(code: string): { readonly exports: readonly string[]; readonly reexports: readonly string[] } {
  if (!ready) initSync();
  ready = true;
  try {
    return lex(code);
  } catch {
    return { exports: [], reexports: [] };
  }
}
