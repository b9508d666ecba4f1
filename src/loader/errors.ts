/** Everything that can be wrong with a module on its way in. All exit with 3: the project has to be mended. @module */

import { NuvomError } from "../core/mod.ts";

/** A place in a module, for messages. */
export interface Place {
  readonly url: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

/** `file:///a/b.ts` as a path; other URLs as they are. */
export function shown(url: string): string {
  return url.startsWith("file://") ? pathOf(url) : url;
}

/** The path of a `file:` URL; one with a `%` that encodes nothing stays as it is. */
export function pathOf(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname);
  } catch {
    return pathname;
  }
}

function at(place: Place): string {
  return `${shown(place.url)}:${place.line}:${place.column}`;
}

/** The shape that all errors of this room share. */
export function loaderError(code: `NUVOM_LOADER_${string}`, what: string, mend: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3, cause });
}

/** `NUVOM_LOADER_NOT_FOUND` */
export function moduleNotFound(url: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_NOT_FOUND",
    `There is no module ${shown(url)}${via(chain)}.`,
    "Check the path and its ending.",
  );
}

/** `NUVOM_LOADER_OUTSIDE_ROOT` */
export function outsideRoot(url: string, root: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_OUTSIDE_ROOT",
    `The module ${shown(url)} lies outside of ${root}${via(chain)}.`,
    "Foreign code may only import files inside the folder of its manifest; move or copy the file there.",
  );
}

/** `NUVOM_LOADER_SPECIFIER` */
export function badSpecifier(specifier: string, reason: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_SPECIFIER",
    `The import ${JSON.stringify(specifier)} is refused: ${reason}${via(chain)}.`,
    'Import files by relative path, nuvom as "nuvom", and built-in modules as "node:…".',
  );
}

/** `NUVOM_LOADER_BARE_SPECIFIER` */
export function bareSpecifier(specifier: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_BARE_SPECIFIER",
    `The import ${JSON.stringify(specifier)} names a package, and packages are not resolved here${via(chain)}.`,
    `Bundle the module into one file first: ${BUNDLE}.`,
  );
}

/** How a module and all that it imports become one file. */
export const BUNDLE = "deno bundle --platform=deno --external=nuvom -o FILE.js MODULE";

/** `NUVOM_LOADER_BUILTIN_REFUSED` */
export function builtinRefused(name: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_BUILTIN_REFUSED",
    `The built-in module node:${name} is not available to plugins and tasks${via(chain)}.`,
    "It would give a way round the permissions of the manifest; do without it, or use another package.",
  );
}

/** `NUVOM_LOADER_SYNTAX` */
export function syntaxError(place: Place, detail: string, cause?: unknown): NuvomError {
  return loaderError(
    "NUVOM_LOADER_SYNTAX",
    `${at(place)} is not valid: ${detail.replace(/\.$/, "")}.`,
    `JSX and decorators are not taken as they are. Bundle such a module into one file first: ${BUNDLE}.`,
    cause,
  );
}

/** `NUVOM_LOADER_SYNTAX` */
export function attributeRefused(place: Place): NuvomError {
  return loaderError(
    "NUVOM_LOADER_SYNTAX",
    `${at(place)} is not valid: an import has an attribute other than type "json" or "text".`,
    'Import it `with { type: "json" }` or `with { type: "text" }`, or without an attribute where it is code.',
  );
}

/** `NUVOM_LOADER_TOO_LARGE` */
export function tooLarge(url: string, what: string): NuvomError {
  return loaderError(
    "NUVOM_LOADER_TOO_LARGE",
    `${shown(url)} is too large: ${what}.`,
    "Split it, or bundle and minify it.",
  );
}

/** `NUVOM_LOADER_TOO_LARGE`: with all that it imports. */
export function graphTooLarge(
  url: string,
  place: "remote" | "local",
  what: "modules" | "bytes",
  limit: number,
): NuvomError {
  const from = place === "remote" ? " from URLs" : "";
  const setting = what === "modules" ? "NUVOM_FETCH_MAX_GRAPH_MODULES" : "NUVOM_FETCH_MAX_GRAPH_MB";
  return loaderError(
    "NUVOM_LOADER_TOO_LARGE",
    `${shown(url)} is too large: with all that it imports it has over ${limit} ${what}${from}.`,
    place === "remote" ? `Use a bundle of it, or raise ${setting}.` : "Split it, or bundle and minify it.",
  );
}

/** `NUVOM_LOADER_READ` */
export function unreadable(url: string, chain: readonly string[], cause: unknown): NuvomError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return loaderError(
    "NUVOM_LOADER_READ",
    `The module ${shown(url)} can't be read: ${detail}${via(chain)}.`,
    "Check its permissions.",
    cause,
  );
}

/** The imports that led somewhere, for the end of a sentence; of many the nearest and the entry. */
export function via(chain: readonly string[]): string {
  const names = chain.toReversed().map(shown);
  const told = names.length <= MAX_TOLD
    ? names
    : [...names.slice(0, MAX_TOLD - 2), `${names.length - MAX_TOLD + 1} more modules`, names.at(-1)];
  return told.length === 0 ? "" : ` (imported by ${told.join(", imported by ")})`;
}

const MAX_TOLD = 10;
