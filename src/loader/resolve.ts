/** From what an import says to what it means. @module */

import { badSpecifier, bareSpecifier, builtinRefused } from "./errors.ts";
import { builtinFate, builtinName, builtinTarget } from "./builtins.ts";
import { isRemote } from "./remote.ts";
import { remoteUrl } from "./remote_url.ts";

/** What an import means: a module of the graph, or something that is there already. */
export type Resolution =
  | { readonly kind: "module"; readonly url: string }
  /** `target` is what the rewritten import says. */
  | { readonly kind: "ready"; readonly target: string }
  /** A dynamic import that rejects when it is run. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

const SDK_NAMES: ReadonlySet<string> = new Set(["nuvom", "@nuvom/nuvom/plugin"]);

/** Whether a specifier names the sdk. */
export function isSdk(specifier: string): boolean {
  return SDK_NAMES.has(specifier);
}

/** What resolving depends on besides the referrer. */
export interface ResolveRules {
  /** Whether modules may come from URLs. */
  readonly remote: boolean;
  /** What bare specifiers mean: by name, or by what they begin with where the key ends with a slash. */
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * Resolves one specifier.
 * @param chain URLs of the modules that led here, outermost first; the last one is the referrer.
 * @throws {NuvomError} `NUVOM_LOADER_SPECIFIER`, `NUVOM_LOADER_BARE_SPECIFIER`, `NUVOM_LOADER_BUILTIN_REFUSED`, `NUVOM_FETCH_…`
 */
export function resolve(specifier: string, chain: readonly string[], rules: ResolveRules): Resolution {
  if (isSdk(specifier)) return { kind: "ready", target: "./nuvom.js" };
  const builtin = builtinName(specifier);
  if (builtin !== null) {
    if (builtinFate(builtin) === "refused") throw builtinRefused(builtin, chain);
    return { kind: "ready", target: builtinTarget(builtin) };
  }
  return { kind: "module", url: resolveUrl(mapped(specifier, rules.imports), chain, rules.remote) };
}

/** What a map of bare specifiers makes of one. */
export function mapped(specifier: string, imports: Readonly<Record<string, string>>): string {
  if (/^(\.{0,2}\/|(https?|file):)/.test(specifier)) return specifier;
  if (Object.hasOwn(imports, specifier)) return imports[specifier]!;
  const prefixes = Object.keys(imports).filter((key) => key.endsWith("/") && specifier.startsWith(key));
  const [longest] = prefixes.sort((a, b) => b.length - a.length);
  return longest === undefined ? specifier : imports[longest]! + specifier.slice(longest.length);
}

function resolveUrl(specifier: string, chain: readonly string[], remote: boolean): string {
  const referrer = chain.at(-1)!;
  if (remote && isRemote(specifier)) return remoteUrl(specifier, referrer, chain);
  if (isRemote(referrer)) return fromRemote(specifier, referrer, chain);
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

function fromRemote(specifier: string, referrer: string, chain: readonly string[]): string {
  if (/^\.{0,2}\//.test(specifier)) return remoteUrl(specifier, referrer, chain);
  throw specifier.startsWith("file:")
    ? badSpecifier(specifier, "a module from a URL imports no files", chain)
    : refuseOther(specifier, chain);
}

function refuseOther(specifier: string, chain: readonly string[]): Error {
  if (/^https?:/.test(specifier)) {
    return badSpecifier(specifier, "modules from URLs are not loaded here", chain);
  }
  if (/^(npm|jsr):/.test(specifier) || !/^[a-z][a-z0-9+.-]*:/i.test(specifier)) return bareSpecifier(specifier, chain);
  return badSpecifier(specifier, "its scheme is not one that modules come from", chain);
}
