/** A verified graph of modules. @module */

import type { LoadedModule, ModuleRequest } from "./loaded_module.ts";
import type { ImportType } from "./parsed_module.ts";
import type { Shift } from "./rewrite.ts";

/** A verified graph in memory. */
export interface ModuleGraph {
  /** URLs, as they were asked for. */
  readonly entries: readonly string[];
  /** By {@linkcode moduleKey}, in the order of a walk breadth first; those of the project before those from URLs. */
  readonly modules: ReadonlyMap<string, LoadedModule>;
  /** Where modules from URLs were found in the end, by what was asked for; only where that differs. */
  readonly redirects: ReadonlyMap<string, string>;
  /** SHA-256 of the `package.json` and `deno.json` files that say what imports mean, by path; null: there was none. */
  readonly inputs: ReadonlyMap<string, string | null>;
  /** Of its modules from URLs; null where there are none. Made when it is first asked for, unless it was read. */
  readonly image: Image | null;
  /** SHA-256 over URLs and hashes of all modules. */
  readonly digest: string;
}

/**
 * Modules from URLs that import nothing but each other, as they are written into a private folder; see `image.ts`. The
 * module with the number 0 stands first.
 */
export interface Image {
  /** What it was made of, besides the sources. */
  readonly key: string;
  /** Of all of it. */
  readonly sha256: string;
  readonly redirects: ReadonlyMap<string, string>;
  readonly modules: readonly ImageModule[];
}

/** One module of an image. */
export interface ImageModule extends LoadedModule {
  readonly parsed: null;
  /** What is written. */
  readonly text: Uint8Array;
  readonly guarded: Guarded;
  readonly stack: StackSource;
}

/** What `guard.js` is to know of a module. */
export interface Guarded {
  /** What its literal dynamic imports mean: a target, or code and message of a refusal. Null: it has no dynamic ones. */
  readonly known: readonly (readonly [site: string, target: string | readonly [string, string]])[] | null;
  /** Whether it uses `import.meta`. */
  readonly meta: boolean;
}

/** What is known of one prepared file, for stack traces. */
export interface StackSource {
  readonly url: string;
  /** Asked for when a stack is mapped. */
  readonly details: () => StackDetails;
}

/** How what was written differs from the source. */
export interface StackDetails {
  /** Source map of the transpiler, JSON text. */
  readonly map: string | null;
  readonly shifts: readonly Shift[];
}

/** Names a module in a graph: the same file as text and as code is two modules. */
export function moduleKey(url: string, type: ImportType): string {
  return type === "js" ? url : `${type}:${url}`;
}

/** The module that an import of this URL means. */
export function moduleAt(graph: ModuleGraph, url: string, type: ImportType): LoadedModule {
  return graph.modules.get(moduleKey(graph.redirects.get(url) ?? url, type))!;
}

/** What a module imports or requires, of the modules of its graph. */
export function importsOf(module: Pick<LoadedModule, "url" | "links">, chain: readonly string[] = []): ModuleRequest[] {
  const here = [...chain, module.url];
  return module.links.map((link) => ({ ...link, chain: here }));
}
