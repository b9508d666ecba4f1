/** Which names of a TypeScript module stand for values: what only types speak of need not be imported. @module */

import type { SyntaxNode } from "./syntax_node.ts";

/** Told of every node outside of imports and types. */
export class ValueNames {
  readonly #used = new Set<string>();
  readonly #declared = new Set<string>();
  readonly #types = new Set<string>();
  #default: string | null = null;

  /** A statement that is of types alone. */
  type(node: SyntaxNode): void {
    const declaration = (node.declaration ?? node) as SyntaxNode;
    const names = [declaration, ...(declaration.declarations as SyntaxNode[] | undefined) ?? []];
    for (const { id } of names) addNames(id as SyntaxNode | undefined, this.#types);
  }

  /** Anything else. */
  value(node: SyntaxNode): void {
    switch (node.type) {
      case "Identifier":
        return void this.#used.add(String(node.name));
      case "CatchClause":
        return addNames(node.param as SyntaxNode | null, this.#declared);
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        for (const each of node.params as SyntaxNode[]) addNames(each, this.#declared);
        return addNames(node.id as SyntaxNode | null, this.#declared);
      case "ClassDeclaration":
      case "ClassExpression":
      case "VariableDeclarator":
        return addNames(node.id as SyntaxNode | null, this.#declared);
      case "ExportDefaultDeclaration":
        this.#default = (node.declaration as SyntaxNode).name as string | undefined ?? null;
    }
  }

  /** Whether a name is that of a value; for an import null where another declaration may be what is meant. */
  isUsed(name: string): boolean | null {
    if (!this.#used.has(name)) return false;
    return this.#declared.has(name) || this.#types.has(name) ? null : true;
  }

  /** Whether the default export is a name that types have as well. */
  get exportsType(): boolean {
    return this.#default !== null && this.#types.has(this.#default);
  }
}

function addNames(pattern: SyntaxNode | null | undefined, names: Set<string>): void {
  switch (pattern?.type) {
    case "Identifier":
      return void names.add(String(pattern.name));
    case "AssignmentPattern":
      return addNames(pattern.left as SyntaxNode, names);
    case "RestElement":
      return addNames(pattern.argument as SyntaxNode, names);
    case "Property":
      return addNames(pattern.value as SyntaxNode, names);
    case "ArrayPattern":
      return (pattern.elements as (SyntaxNode | null)[]).forEach((each) => addNames(each, names));
    case "ObjectPattern":
      return (pattern.properties as SyntaxNode[]).forEach((each) => addNames(each, names));
  }
}
