/** Which built-in modules foreign code may import, as they are or as a shim. @module */

/**
 * What stays as it is: Deno checks the realm's permissions inside of these. Left out is whatever starts processes or
 * threads, runs code, or reaches the module loader.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  "assert",
  "assert/strict",
  "async_hooks",
  "buffer",
  "constants",
  "crypto",
  "diagnostics_channel",
  "dns",
  "dns/promises",
  "events",
  "fs",
  "fs/promises",
  "http",
  "http2",
  "https",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "perf_hooks",
  "punycode",
  "querystring",
  "sqlite",
  "stream",
  "stream/consumers",
  "stream/promises",
  "stream/web",
  "string_decoder",
  "timers",
  "timers/promises",
  "tls",
  "url",
  "util",
  "util/types",
  "zlib",
]);

/** What is replaced by a module of our own, see `shims.ts` and `stand_ins.ts`. */
const SHIMMED: ReadonlySet<string> = new Set([
  "child_process",
  "cluster",
  "console",
  "module",
  "net",
  "process",
  "tty",
  "v8",
  "worker_threads",
]);

const REFUSED: ReadonlySet<string> = new Set([
  "dgram",
  "domain",
  "inspector",
  "inspector/promises",
  "readline",
  "readline/promises",
  "repl",
  "sea",
  "test",
  "trace_events",
  "vm",
  "wasi",
]);

/** These are built in only with `node:` in front; without it they are packages. */
const WITH_PREFIX: ReadonlySet<string> = new Set(["sea", "sqlite", "test"]);

/** What becomes of the import of a built-in module. */
export type BuiltinFate = "allowed" | "shimmed" | "refused";

/** The name of a built-in module without `node:`, or null when the specifier names none. */
export function builtinName(specifier: string): string | null {
  if (specifier.startsWith("node:")) return specifier.slice(5);
  if (WITH_PREFIX.has(specifier)) return null;
  return ALLOWED.has(specifier) || SHIMMED.has(specifier) || REFUSED.has(specifier) ? specifier : null;
}

/** What becomes of it; unknown ones are refused. */
export function builtinFate(name: string): BuiltinFate {
  if (SHIMMED.has(name)) return "shimmed";
  return ALLOWED.has(name) ? "allowed" : "refused";
}

/** The file of a shim in a prepared folder. */
export function shimFile(name: string): string {
  return `shim_${name}.js`;
}

/** What the rewritten import of a permitted built-in says. */
export function builtinTarget(name: string): string {
  return builtinFate(name) === "shimmed" ? `./${shimFile(name)}` : `node:${name}`;
}

/** Every built-in that `require` of the `node:module` shim knows. */
export const REQUIRABLE: readonly string[] = [...ALLOWED, ...SHIMMED].filter((name) => name !== "module").sort();
