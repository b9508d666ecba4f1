/**
 * TypeScript to JavaScript. Where types are all that has to go, they are taken out in place; for the rest there is a
 * transpiler, which is WebAssembly and takes its time to start.
 * @module
 */

import { syntaxError } from "./errors.ts";
import type { Format } from "./parse_module.ts";
import type { SyntaxNode } from "./syntax_node.ts";

/** JavaScript and its source map (JSON text). */
export interface Transpiled {
  readonly code: string;
  /** Null where every line and column is as it was written. */
  readonly map: string | null;
  /** What the parser made of the code as an ES module, where it was asked. */
  readonly root?: SyntaxNode;
}

/** Loads what most of TypeScript needs, while the first source is still under way. */
export function startTranspiler(): void {
  import("./erase_types.ts").catch(() => {});
}

/**
 * @param url Where the source comes from, for messages.
 * @throws {NuvomError} `NUVOM_LOADER_SYNTAX`
 */
export async function transpile(url: string, source: string, format: Format): Promise<Transpiled> {
  if (format === "module") {
    const { eraseTypes } = await import("./erase_types.ts");
    const erased = eraseTypes(source);
    if (erased !== null) return { ...erased, map: null };
  }
  return await transform(url, source);
}

/** What the transpiler makes of it. */
export async function transform(url: string, source: string): Promise<Transpiled> {
  const { transformSync } = await import("./swc.ts");
  try {
    const { code, map } = transformSync(source, {
      mode: "transform",
      module: true,
      sourceMap: true,
      transform: { verbatimModuleSyntax: false, nativeClassProperties: true },
    });
    return { code, map: map ?? null };
  } catch (error) {
    throw fromSwc(url, error);
  }
}

/** The transpiler throws a plain object, or a text that draws the place with a frame. */
function fromSwc(url: string, thrown: unknown): Error {
  const { message, startLine, startColumn, snippet } = thrown as {
    message?: string;
    startLine?: number;
    startColumn?: number;
    snippet?: string;
  };
  const text = message ?? String(thrown);
  const drawn = /:(\d+):(\d+)\]/.exec(text);
  const line = startLine ?? Number(drawn?.[1] ?? 1);
  const column = startColumn === undefined ? Number(drawn?.[2] ?? 1) : startColumn + 1;
  const detail = text.split("\n").find((part) => part.trim() !== "")?.replace(/^\s*[x×]\s*/, "").trim() ??
    "syntax error";
  return syntaxError(
    { url, line, column },
    snippet ? `${detail} (near ${JSON.stringify(snippet.trim().slice(0, 40))})` : detail,
    thrown,
  );
}
