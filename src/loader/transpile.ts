/** TypeScript to JavaScript. The transpiler is WebAssembly and is started only when there is TypeScript to take. @module */

import { syntaxError } from "./errors.ts";

/** JavaScript and its source map (JSON text). */
export interface Transpiled {
  readonly code: string;
  readonly map: string | null;
}

/** Starts the transpiler, which takes its time, while the first source is still under way. */
export function startTranspiler(): void {
  import("./swc.ts").catch(() => {});
}

/**
 * @param url Where the source comes from, for messages.
 * @throws {NuvomError} `NUVOM_LOADER_SYNTAX`
 */
export async function transpile(url: string, source: string): Promise<Transpiled> {
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
