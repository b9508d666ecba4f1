/** Nodes of a syntax tree as the parser gives them. @module */

import type { Node } from "acorn";

/** A node of any type; what it holds is for the reader to know. */
export interface SyntaxNode extends Node {
  readonly [key: string]: unknown;
}

/** The text of a literal, or of a template without expressions; null for anything else. */
export function literalText(node: SyntaxNode): string | null {
  const text = node.type === "TemplateLiteral" && (node.expressions as unknown[]).length === 0
    ? ((node.quasis as SyntaxNode[])[0]!.value as { cooked?: string }).cooked
    : node.value;
  return typeof text === "string" ? text : null;
}

/** Whether what a node holds is another one. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as SyntaxNode).type === "string";
}
