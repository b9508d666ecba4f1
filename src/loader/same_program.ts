/** Whether JavaScript is the TypeScript that it was made of, without the types. @module */

import { isNode, type SyntaxNode } from "./syntax_node.ts";

/** What stands around an expression for the types alone. */
const AROUND: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
]);

/**
 * Compares two trees of one text, but for the places where nodes end.
 * @param code The JavaScript, each character where it was.
 * @param gone Nodes of the TypeScript that must not be there.
 */
export function sameProgram(
  code: string,
  javascript: SyntaxNode,
  typescript: SyntaxNode,
  gone: ReadonlySet<SyntaxNode>,
): boolean {
  const sameNode = (ours: SyntaxNode, written: SyntaxNode): boolean => {
    while (AROUND.has(written.type)) written = written.expression as SyntaxNode;
    if (ours.type !== written.type || !startsAt(ours.start, code, written.start)) return false;
    for (const key in ours) {
      if (!PLACES.has(key) && !same(ours[key], written[key])) return false;
    }
    return true;
  };
  const same = (ours: unknown, written: unknown): boolean => {
    if (Array.isArray(ours)) {
      const left = (written as unknown[] | undefined ?? []).filter((each) => !gone.has(each as SyntaxNode));
      return ours.length === left.length && ours.every((each, i) => same(each, left[i]));
    }
    if (typeof ours !== "object" || ours === null) return (ours ?? false) === (written ?? false);
    // Anything else is the value of a literal, and of its text as well.
    return !isNode(ours) || isNode(written) && sameNode(ours, written);
  };
  return same(javascript.body, typescript.body);
}

const PLACES = new Set(["start", "end"]);

/** The front of what was written may have been blanked. */
function startsAt(start: number, code: string, written: number): boolean {
  return start === written || start > written && code.slice(written, start).trim() === "";
}
