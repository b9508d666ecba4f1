/** One module of a graph. @module */

import type { MediaType } from "./media_type.ts";
import type { ImportSite, ImportType, ParsedModule } from "./parsed_module.ts";
import type { Resolution } from "./resolve.ts";

/** One module, ready to be rewritten. */
export interface LoadedModule {
  /** Of a module from a URL the last one, after redirects. */
  readonly url: string;
  readonly type: ImportType;
  readonly mediaType: MediaType;
  /** Of the bytes as they were read. */
  readonly sha256: string;
  readonly bytes: number;
  /** Position in the graph, those from URLs first; `guard.js` and the file's name carry it. */
  readonly index: number;
  /** Null: an {@linkcode Image} has it as it is to be written. */
  readonly parsed: ParsedModule | null;
  /** Source map of the transpiler, JSON text. */
  readonly map: string | null;
  /** What it imports or requires, of the modules of its graph. */
  readonly links: readonly ModuleLink[];
  /** What each import means, by {@linkcode siteKey}. */
  readonly imports: ReadonlyMap<string, Resolution>;
  /** What each `require` of a CommonJS module means, by its specifier. */
  readonly requires: ReadonlyMap<string, Resolution>;
  /** What each `require.resolve` of a CommonJS module means, by its specifier; it loads nothing. */
  readonly resolves: ReadonlyMap<string, Resolution>;
}

/** One module that another names. */
export interface ModuleLink {
  /** As it was asked for; a redirect may lead from there. */
  readonly url: string;
  readonly type: ImportType;
}

/** An import, or an entry, that is to be loaded. */
export interface ModuleRequest extends ModuleLink {
  /** URLs of the modules that led here, outermost first. */
  readonly chain: readonly string[];
}

/** Names an import of a module. */
export function siteKey(site: Pick<ImportSite, "specifier" | "type">): string {
  return `${site.type} ${site.specifier}`;
}
