/** From what an import says to what it means. @module */

import { badSpecifier, bareSpecifier, builtinRefused } from "./errors.ts";
import { builtinFate, builtinName, builtinTarget } from "./builtins.ts";

/** What an import means: a module of the graph, or something that is there already. */
export type Resolution =
  | { readonly kind: "module"; readonly url: string }
  /** `target` is what the rewritten import says. */
  | { readonly kind: "ready"; readonly target: string }
  /** A dynamic import that rejects when it is run. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

/** The names of the sdk. */
const SDK_NAMES: ReadonlySet<string> = new Set(["nuvom", "@nuvom/nuvom/plugin"]);

/**
 * Resolves one specifier.
 * @param chain URLs of the modules that led here, outermost first; the last one is the referrer.
 * @throws {NuvomError} `NUVOM_LOADER_SPECIFIER`, `NUVOM_LOADER_BARE_SPECIFIER`, `NUVOM_LOADER_BUILTIN_REFUSED`
 */
export function resolve(specifier: string, chain: readonly string[]): Resolution {
  if (SDK_NAMES.has(specifier)) return { kind: "ready", target: "./nuvom.js" };
  const builtin = builtinName(specifier);
  if (builtin !== null) {
    if (builtinFate(builtin) === "refused") throw builtinRefused(builtin, chain);
    return { kind: "ready", target: builtinTarget(builtin) };
  }
  return { kind: "module", url: resolveUrl(specifier, chain) };
}

function resolveUrl(specifier: string, chain: readonly string[]): string {
  const referrer = chain.at(-1)!;
  const relative = /^(\.{0,2}\/|file:)/.test(specifier);
  if (!relative) throw refuseOther(specifier, chain);
  // Encoded separators and NUL would mean another file to the file system than to the check of the root.
  if (/[\\\0]|%2f|%5c|%00|%2e/i.test(specifier)) throw badSpecifier(specifier, "it hides a path", chain);
  if (!referrer.startsWith("file:")) throw badSpecifier(specifier, "an embedded module imports no files", chain);
  const url = new URL(specifier, referrer);
  if (url.host !== "") throw badSpecifier(specifier, "it names another machine", chain);
  url.hash = "";
  url.search = "";
  return url.href;
}

function refuseOther(specifier: string, chain: readonly string[]): Error {
  if (/^https?:/.test(specifier)) {
    return badSpecifier(specifier, "modules from URLs are not loaded by this version", chain);
  }
  if (/^(npm|jsr):/.test(specifier) || !/^[a-z][a-z0-9+.-]*:/i.test(specifier)) return bareSpecifier(specifier, chain);
  return badSpecifier(specifier, "its scheme is not one that modules come from", chain);
}
