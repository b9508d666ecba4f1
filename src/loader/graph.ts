/** Walks a module graph: every module is read, hashed, transpiled and parsed once. @module */

import { NuvomError } from "../core/mod.ts";
import { syntaxError, tooLarge } from "./errors.ts";
import { readInside, sha256 } from "./read.ts";
import { type Resolution, resolve } from "./resolve.ts";
import { type ImportSite, type ImportType, type ParsedModule, parseModule } from "./rewrite.ts";
import { transpile } from "./transpile.ts";

/** Most modules of one graph. */
export const MAX_MODULES = 1_000;
/** Most bytes of one graph. */
export const MAX_GRAPH_BYTES = 32 * 1024 * 1024;

/** One module, ready to be rewritten. */
export interface LoadedModule {
  readonly url: string;
  readonly type: ImportType;
  /** Of the bytes as they were read. */
  readonly sha256: string;
  readonly bytes: number;
  /** Position in the graph; `guard.js` and the file's name carry it. */
  readonly index: number;
  readonly parsed: ParsedModule;
  /** Source map of the transpiler, JSON text. */
  readonly map: string | null;
  /** What each import means, by {@linkcode siteKey}. */
  readonly imports: ReadonlyMap<string, Resolution>;
}

/** A verified graph in memory. */
export interface ModuleGraph {
  /** URLs, as they were asked for. */
  readonly entries: readonly string[];
  /** By {@linkcode moduleKey}. */
  readonly modules: ReadonlyMap<string, LoadedModule>;
  /** SHA-256 over URLs and hashes of all modules. */
  readonly digest: string;
}

/** How a graph is loaded. */
export interface LoadOptions {
  /** Absolute path of the folder that files must stay in. */
  readonly root: string;
  /** The text of the module `nuvom:NAME` inside the executable. */
  readonly embedded?: (name: string) => Promise<string>;
}

/** Names a module in a graph: the same file as text and as code is two modules. */
export function moduleKey(url: string, type: ImportType): string {
  return type === "js" ? url : `${type}:${url}`;
}

/** Names an import of a module. */
export function siteKey(site: Pick<ImportSite, "specifier" | "type">): string {
  return `${site.type} ${site.specifier}`;
}

/**
 * Loads everything that the entries import, directly or not.
 *
 * @param entries `file:` URLs, or `nuvom:NAME`.
 * @throws {NuvomError} `NUVOM_LOADER_…`, with the chain of imports that led to the trouble.
 */
export async function loadGraph(entries: readonly string[], options: LoadOptions): Promise<ModuleGraph> {
  const realRoot = await Deno.realPath(options.root);
  const modules = new Map<string, LoadedModule>();
  const open = entries.map((url) => ({ url, type: "js" as ImportType, chain: [] as readonly string[] }));
  const seen = new Set(open.map(({ url }) => url));
  let bytes = 0;
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const module = await loadModule(next.url, next.type, next.chain, modules.size, { ...options, root: realRoot });
    modules.set(moduleKey(next.url, next.type), module);
    bytes += module.bytes;
    if (modules.size > MAX_MODULES) throw tooLarge(entries[0]!, `over ${MAX_MODULES} modules`);
    if (bytes > MAX_GRAPH_BYTES) throw tooLarge(entries[0]!, `over ${MAX_GRAPH_BYTES} bytes with all that it imports`);
    for (const site of module.parsed.imports) {
      const resolution = module.imports.get(siteKey(site))!;
      if (resolution.kind !== "module" || seen.has(moduleKey(resolution.url, site.type))) continue;
      seen.add(moduleKey(resolution.url, site.type));
      open.push({ url: resolution.url, type: site.type, chain: [...next.chain, next.url] });
    }
  }
  return { entries, modules, digest: await digestOf(modules) };
}

async function loadModule(
  url: string,
  type: ImportType,
  chain: readonly string[],
  index: number,
  options: LoadOptions,
): Promise<LoadedModule> {
  const raw = await readSource(url, chain, options);
  const { code, map } = await toCode(url, type, new TextDecoder().decode(raw), chain);
  const parsed = parseModule(url, code);
  const imports = new Map(parsed.imports.map((site) => [siteKey(site), resolveSite(site, [...chain, url])]));
  return { url, type, sha256: await sha256(raw), bytes: raw.length, index, parsed, map, imports };
}

/** Bundles hold `try { await import("optional-package") } catch {}`: what is not there fails when it is run, not before. */
function resolveSite(site: ImportSite, chain: readonly string[]): Resolution {
  try {
    return resolve(site.specifier, chain);
  } catch (error) {
    if (site.range !== null || !(error instanceof NuvomError)) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

async function readSource(url: string, chain: readonly string[], options: LoadOptions): Promise<Uint8Array> {
  const name = embeddedName(url);
  if (name === null) return await readInside(url, options.root, chain);
  if (options.embedded === undefined) throw new TypeError(`no embedded modules are available for ${url}`);
  return new TextEncoder().encode(await options.embedded(name));
}

function embeddedName(url: string): string | null {
  return url.startsWith("nuvom:") ? url.slice("nuvom:".length) : null;
}

async function toCode(
  url: string,
  type: ImportType,
  text: string,
  chain: readonly string[],
): Promise<{ code: string; map: string | null }> {
  if (type === "text") return { code: `export default ${JSON.stringify(text)};`, map: null };
  if (type === "json") return { code: jsonModule(url, text), map: null };
  if (url.endsWith(".json")) {
    const importer = { url: chain.at(-1) ?? url, line: 1, column: 1 };
    throw syntaxError(importer, `the import of ${url} needs \`with { type: "json" }\``);
  }
  return await transpile(url, text);
}

function jsonModule(url: string, text: string): string {
  try {
    // Kept as text: as an object literal the key `__proto__` would mean something else.
    return `export default JSON.parse(${JSON.stringify(JSON.stringify(JSON.parse(text)))});`;
  } catch (error) {
    throw syntaxError({ url, line: 1, column: 1 }, `it is no JSON: ${(error as Error).message}`, error);
  }
}

async function digestOf(modules: ReadonlyMap<string, LoadedModule>): Promise<string> {
  const lines = [...modules].map(([key, module]) => `${key} ${module.sha256}`).sort();
  return await sha256(new TextEncoder().encode(lines.join("\n")));
}
