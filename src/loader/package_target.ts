/**
 * What `"exports"` and `"imports"` of a package.json mean, as Node defines it. Own code, because of the small libraries
 * for this, resolve.exports 2.0.3 and resolve-pkg-maps 1.0.0 stop at the first condition that applies even when nothing
 * inside of it does, and the large one compiles functions from text, which the executable does not allow.
 *
 * Conditions apply in the order of the package's keys: `deno`, `node`, `module-sync`, `default`, and `import` or
 * `require` by what asks. They are those of Deno, so that a package is the same one in `deno run` and in a realm.
 * @module
 */

/** What asks for a module. */
export type Want = "import" | "require";

const CONDITIONS: Readonly<Record<Want, ReadonlySet<string>>> = {
  import: new Set(["deno", "node", "module-sync", "import", "default"]),
  require: new Set(["deno", "node", "module-sync", "require", "default"]),
};

/** A map that is not as it must be; the message says how. */
export class InvalidMap extends Error {
  override readonly name = "InvalidMap";
}

/** A value of a map: `./file.js`, or by conditions, or several to choose from. */
type Target = unknown;
type TargetMap = Readonly<Record<string, Target>>;

/**
 * The file (`./…`) that a package gives for a subpath (`.` or `./…`), or null when it exports none.
 * @throws {InvalidMap}
 */
export function exportTarget(exports: unknown, subpath: string, want: Want): string | null {
  const map: TargetMap = isSubpathMap(exports) ? exports : { ".": exports };
  return lookUp(map, subpath, (target, match) => resolveTarget(target, match, want, isOwnFile));
}

/**
 * What `#…` means: a file (`./…`) of the package, or a specifier; null when it has no entry.
 * @throws {InvalidMap}
 */
export function importTarget(imports: unknown, specifier: string, want: Want): string | null {
  if (!isObject(imports) || specifier === "#" || specifier.startsWith("#/")) return null;
  return lookUp(imports, specifier, (target, match) => resolveTarget(target, match, want, isImportable));
}

function isSubpathMap(exports: unknown): exports is TargetMap {
  if (!isObject(exports)) return false;
  const dotted = Object.keys(exports).filter((key) => key.startsWith(".")).length;
  if (dotted !== 0 && dotted !== Object.keys(exports).length) {
    throw new InvalidMap('"exports" mixes subpaths and conditions');
  }
  return dotted > 0;
}

function lookUp(
  map: TargetMap,
  key: string,
  resolve: (target: Target, match: string | null) => string | null | undefined,
): string | null {
  if (Object.hasOwn(map, key) && !key.includes("*")) return resolve(map[key], null) ?? null;
  let best: { readonly pattern: string; readonly match: string } | null = null;
  for (const pattern of Object.keys(map)) {
    const match = matchOf(pattern, key);
    if (match !== null && (best === null || isCloser(pattern, best.pattern))) best = { pattern, match };
  }
  return best === null ? null : resolve(map[best.pattern], best.match) ?? null;
}

/** What the `*` of a pattern stands for, or null. */
function matchOf(pattern: string, key: string): string | null {
  const [before, after, more] = pattern.split("*");
  if (after === undefined || more !== undefined || key.length < pattern.length) return null;
  return key.startsWith(before!) && key.endsWith(after) && key.length > before!.length
    ? key.slice(before!.length, key.length - after.length)
    : null;
}

/** The one with more before its `*` is closer; then the longer one. */
function isCloser(pattern: string, than: string): boolean {
  const [mine, other] = [pattern.indexOf("*"), than.indexOf("*")];
  return mine === other ? pattern.length > than.length : mine > other;
}

/** Undefined: no condition applies, go on looking. Null: the package says no. */
function resolveTarget(
  target: Target,
  match: string | null,
  want: Want,
  isTaken: (target: string) => boolean,
): string | null | undefined {
  if (target === null) return null;
  if (typeof target === "string") return filled(target, match, isTaken);
  if (Array.isArray(target)) return firstValid(target, match, want, isTaken);
  if (!isObject(target)) throw new InvalidMap(`${JSON.stringify(target)} is no target`);
  for (const [condition, value] of Object.entries(target)) {
    if (!CONDITIONS[want].has(condition)) continue;
    const found = resolveTarget(value, match, want, isTaken);
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstValid(
  targets: readonly Target[],
  match: string | null,
  want: Want,
  isTaken: (target: string) => boolean,
): string | null | undefined {
  let invalid: InvalidMap | undefined;
  for (const target of targets) {
    try {
      const found = resolveTarget(target, match, want, isTaken);
      if (found !== undefined && found !== null) return found;
    } catch (error) {
      if (!(error instanceof InvalidMap)) throw error;
      invalid = error;
    }
  }
  if (invalid !== undefined) throw invalid;
  return null;
}

function filled(target: string, match: string | null, isTaken: (target: string) => boolean): string {
  const text = match === null ? target : target.replaceAll("*", () => match);
  if (!isTaken(target) || leaves(text)) throw new InvalidMap(`the target ${JSON.stringify(text)} is not allowed`);
  return text;
}

function isOwnFile(target: string): boolean {
  return target.startsWith("./");
}

function isImportable(target: string): boolean {
  return isOwnFile(target) || /^[@A-Za-z0-9_]/.test(target) && (!target.includes(":") || target.startsWith("node:"));
}

/** Whether a path leaves its package, or would to some reader of it. */
function leaves(path: string): boolean {
  const parts = path.replace(/^\.\//, "").split(/[/\\]|%2f|%5c/i);
  return parts.some((part) => /^(\.|%2e){1,2}$/i.test(part) || part.toLowerCase() === "node_modules");
}

function isObject(value: unknown): value is TargetMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
