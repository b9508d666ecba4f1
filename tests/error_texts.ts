/** Reads out of source code what errors will say: how their texts begin and end, and under which codes. @module */

import { transformSync } from "@swc/wasm-typescript";
import { type Node, parse } from "acorn";

/** How a text of an error begins or ends, or a whole code, where the source shows it. */
export interface ErrorText {
  readonly role: "code" | "what" | "mend";
  readonly side: "begin" | "end";
  /** Null where a value stands that the source does not show. */
  readonly text: string | null;
  /** `src/core/job.ts:12`. */
  readonly place: string;
}

interface AnyNode extends Node {
  readonly [key: string]: unknown;
}

type Shown = readonly [text: string | null, node: AnyNode];

/** Names are followed so far; a function that calls itself would lead on for ever. */
const MAX_DEPTH = 20;

/**
 * What every `new NuvomError(…)` says, and every plain object with a code of nuvom and a message.
 *
 * @param modules Source texts by path, of modules that may call each other's functions.
 */
export function errorTexts(modules: Readonly<Record<string, string>>): ErrorText[] {
  return new SourceReader(modules).errorTexts();
}

class SourceReader {
  readonly #nodes: AnyNode[] = [];
  readonly #parents = new Map<AnyNode, AnyNode>();
  readonly #paths = new Map<AnyNode, string>();

  constructor(modules: Readonly<Record<string, string>>) {
    for (const [path, source] of Object.entries(modules)) {
      // Types become spaces, so lines stay what they are.
      const { code } = transformSync(source, { mode: "strip-only", module: true });
      const program = parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true });
      this.#collect(program as unknown as AnyNode, path);
    }
  }

  errorTexts(): ErrorText[] {
    return this.#nodes.flatMap((node) => {
      if (node.type === "NewExpression" && (node.callee as AnyNode).name === "NuvomError") {
        const [code, options] = node.arguments as [AnyNode, AnyNode];
        const what = this.#property(options, "what");
        return [
          ...this.#texts("code", code),
          ...(what.length === 0 ? [options] : what).flatMap((value) => this.#texts("what", value)),
          ...this.#property(options, "mend").flatMap((value) => this.#texts("mend", value)),
        ];
      }
      const [code] = node.type === "ObjectExpression" ? this.#property(node, "code") : [];
      const [message] = node.type === "ObjectExpression" ? this.#property(node, "message") : [];
      if (!String(code?.value).startsWith("NUVOM_") || message === undefined) return [];
      return [...this.#texts("code", code!), ...this.#texts("what", message)];
    });
  }

  #collect(node: AnyNode, path: string): void {
    this.#nodes.push(node);
    this.#paths.set(node, path);
    for (const child of Object.values(node).flat()) {
      if (!isNode(child)) continue;
      this.#parents.set(child, node);
      this.#collect(child, path);
    }
  }

  #texts(role: ErrorText["role"], value: AnyNode): ErrorText[] {
    const sides = role === "code" ? ["end"] as const : ["begin", "end"] as const;
    return sides.flatMap((side) =>
      this.#shown(value, side).map(([text, node]) => {
        return { role, side, text, place: `${this.#paths.get(node)}:${node.loc!.start.line}` };
      })
    );
  }

  /** The values of a property of an object; through a parameter, of every object that is passed for it. */
  #property(object: AnyNode, name: string): AnyNode[] {
    if (object.type === "Identifier") return this.#valuesOf(object).flatMap((value) => this.#property(value, name));
    if (object.type !== "ObjectExpression") return [];
    const named = (object.properties as AnyNode[]).filter(({ key }) => isNode(key) && key.name === name);
    return named.map(({ value }) => value as AnyNode);
  }

  /** Each way in which a value may begin or end, and where that is written. */
  #shown(value: AnyNode, side: ErrorText["side"], depth = 0): Shown[] {
    if (depth > MAX_DEPTH) return [[null, value]];
    const all = (...values: unknown[]) => values.flatMap((one) => this.#shown(one as AnyNode, side, depth + 1));
    switch (value.type) {
      case "Literal":
        return [[value.value === "" ? null : String(value.value), value]];
      case "TemplateLiteral": {
        const at = side === "begin" ? 0 : -1;
        const quasi = (value.quasis as AnyNode[]).at(at)!;
        const { cooked } = quasi.value as { cooked: string };
        const inside = (value.expressions as AnyNode[]).at(at);
        return cooked === "" && inside !== undefined ? all(inside) : [[cooked, quasi]];
      }
      case "BinaryExpression":
        return all(side === "begin" ? value.left : value.right);
      case "ConditionalExpression":
        return all(value.consequent, value.alternate);
      case "LogicalExpression":
        return all(value.left, value.right);
      case "Identifier": {
        const values = this.#valuesOf(value);
        return values.length === 0 ? [[null, value]] : all(...values);
      }
      default:
        return this.#passesOn(value) ? [] : [[null, value]];
    }
  }

  /** `error(thrown.code, thrown.message)` passes on an error of nuvom, whose text is looked at where it is made. */
  #passesOn(value: AnyNode): boolean {
    const thrown = memberOf(value, "message");
    if (thrown === undefined) return false;
    let call = this.#parents.get(value);
    while (call !== undefined && !Array.isArray(call.arguments)) call = this.#parents.get(call);
    return ((call?.arguments ?? []) as AnyNode[]).some((argument) => memberOf(argument, "code") === thrown);
  }

  /** What a name stands for: the constant's value, or what calls pass for the parameter. */
  #valuesOf(identifier: AnyNode): AnyNode[] {
    for (let scope = this.#parents.get(identifier); scope !== undefined; scope = this.#parents.get(scope)) {
      const parameters = (scope.params ?? []) as AnyNode[];
      const index = parameters.findIndex(({ name }) => name === identifier.name);
      if (index >= 0) return this.#arguments(scope, index);
      const constant = this.#constant(scope, String(identifier.name));
      if (constant !== undefined) return [constant];
    }
    return [];
  }

  #constant(scope: AnyNode, name: string): AnyNode | undefined {
    const statements = Array.isArray(scope.body) ? scope.body as AnyNode[] : [];
    const declarators = statements.flatMap(({ declarations }) => (declarations ?? []) as AnyNode[]);
    return declarators.find(({ id }) => (id as AnyNode).name === name)?.init as AnyNode | undefined;
  }

  #arguments(called: AnyNode, index: number): AnyNode[] {
    const name = (called.id as AnyNode | null | undefined)?.name;
    if (name === undefined) return [];
    const exported = this.#parents.get(called)?.type === "ExportNamedDeclaration";
    const calls = this.#nodes.filter((node) =>
      node.type === "CallExpression" && (node.callee as AnyNode).name === name &&
      (exported || this.#paths.get(node) === this.#paths.get(called))
    );
    return calls.flatMap((call) => (call.arguments as AnyNode[])[index] ?? []);
  }
}

/** The name of the object that a member with this name is taken from. */
function memberOf({ type, property, object }: AnyNode, name: string): unknown {
  return type === "MemberExpression" && (property as AnyNode).name === name ? (object as AnyNode).name : undefined;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
