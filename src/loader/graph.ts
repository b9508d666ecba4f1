/** Walks a module graph: every module is read, hashed, transpiled and parsed once. @module */

import { allInOrder } from "./all_in_order.ts";
import { tooLarge } from "./errors.ts";
import { requiredType } from "./commonjs.ts";
import { type LoadContext, type LoadedModule, loadModule, type ModuleRequest, siteKey } from "./load_module.ts";
import { PreparedPack } from "./prepared_pack.ts";
import { Project } from "./project.ts";
import { sha256 } from "./read.ts";
import { isRemote, type RemoteModules } from "./remote.ts";
import type { ImportType } from "./rewrite.ts";

/** Most modules and bytes of one graph: of those from URLs, and of those that lie in the project. */
const LIMITS = {
  remote: { modules: 1_000, bytes: 32 * 1024 * 1024 },
  local: { modules: 10_000, bytes: 128 * 1024 * 1024 },
};
/** Most modules that are fetched at a time. */
const CONCURRENCY = 16;

/** A verified graph in memory. */
export interface ModuleGraph {
  /** URLs, as they were asked for. */
  readonly entries: readonly string[];
  /** By {@linkcode moduleKey}, in the order of a walk breadth first. */
  readonly modules: ReadonlyMap<string, LoadedModule>;
  /** Where modules from URLs were found in the end, by what was asked for; only where that differs. */
  readonly redirects: ReadonlyMap<string, string>;
  /** SHA-256 of the `package.json` and `deno.json` files that say what imports mean, by path; null: there was none. */
  readonly inputs: ReadonlyMap<string, string | null>;
  /** SHA-256 over URLs and hashes of all modules. */
  readonly digest: string;
}

/** How far a load has come. */
export interface LoadProgress {
  /** Modules that are there. */
  readonly done: number;
  /** Modules that are known so far, those that are there included. */
  readonly known: number;
  /** Bytes of those that are there. */
  readonly bytes: number;
}

/** How a graph is loaded. */
export interface LoadOptions {
  /** Absolute path of the folder that files must stay in. */
  readonly root: string;
  /** The text of the module `nuvom:NAME` inside the executable. */
  readonly embedded?: (name: string) => Promise<string>;
  /** Where modules from URLs come from; left out, they are refused. */
  readonly remote?: RemoteModules;
  /** What bare specifiers mean, `{ zod: "https://…", "lib/": "https://…/" }`. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Folder of prepared modules from URLs, made when it is missing; left out, they are prepared each time. */
  readonly preparedDir?: string;
  /** Called as modules arrive. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** Names a module in a graph: the same file as text and as code is two modules. */
export function moduleKey(url: string, type: ImportType): string {
  return type === "js" ? url : `${type}:${url}`;
}

/** The module that an import of this URL means. */
export function moduleAt(graph: ModuleGraph, url: string, type: ImportType): LoadedModule {
  return graph.modules.get(moduleKey(graph.redirects.get(url) ?? url, type))!;
}

/**
 * Loads everything that the entries import, directly or not: level by level, so that modules arrive at the same time
 * and yet numbers, messages and the first error are the same each time.
 *
 * @param entries `file:` and `https:` URLs, or `nuvom:NAME`.
 * @throws {NuvomError} `NUVOM_LOADER_…`, and what `remote` throws, with the chain of imports that led to the trouble.
 */
export async function loadGraph(entries: readonly string[], options: LoadOptions): Promise<ModuleGraph> {
  const context = await contextOf(entries, options);
  const modules = new Map<string, LoadedModule>();
  const redirects = new Map<string, string>();
  const seen = new Set<string>();
  const progress = new Progress(entries[0]!, options.onProgress);
  let wave: readonly ModuleRequest[] = entries.map((url) => ({ url, type: "js", chain: [] }));
  while (wave.length > 0) {
    progress.expect(wave);
    const loaded = await allInOrder(wave, CONCURRENCY, async (request) => {
      const module = await loadModule(request, context);
      progress.arrived(module);
      return module;
    });
    wave = wave.flatMap((request, i) => {
      const module = { ...loaded[i]!, index: modules.size };
      if (module.url !== request.url) redirects.set(request.url, module.url);
      const key = moduleKey(module.url, module.type);
      if (modules.has(key)) return [];
      modules.set(key, module);
      seen.add(key);
      return importsOf(module, request.chain);
    }).filter(({ url, type }) => {
      const key = moduleKey(url, type);
      return !seen.has(key) && seen.add(key);
    });
  }
  context.pack?.save();
  return { entries, modules, redirects, inputs: context.project.inputs, digest: digestOf(modules) };
}

async function contextOf(entries: readonly string[], options: LoadOptions): Promise<LoadContext> {
  const { embedded, remote, imports = {}, preparedDir } = options;
  const root = await Deno.realPath(options.root);
  const pack = preparedDir === undefined || remote === undefined ? null : PreparedPack.open(preparedDir, entries);
  return { root, embedded, remote, imports, pack, project: await Project.open(options.root) };
}

/** What a module imports or requires, of the modules of its graph. */
export function importsOf(module: LoadedModule, chain: readonly string[] = []): ModuleRequest[] {
  const here = [...chain, module.url];
  const imported = module.parsed.imports.flatMap((site) => {
    const resolution = module.imports.get(siteKey(site))!;
    return resolution.kind === "module" ? [{ url: resolution.url, type: site.type, chain: here }] : [];
  });
  const required = [...module.requires.values()].flatMap((resolution) =>
    resolution.kind === "module" ? [{ url: resolution.url, type: requiredType(resolution.url), chain: here }] : []
  );
  return [...imported, ...required];
}

/** Counts what arrives, and refuses more than a graph may hold. */
class Progress {
  readonly #entry: string;
  readonly #report: (progress: LoadProgress) => void;
  readonly #known = { remote: 0, local: 0 };
  readonly #bytes = { remote: 0, local: 0 };
  #done = 0;

  constructor(entry: string, report: (progress: LoadProgress) => void = () => {}) {
    this.#entry = entry;
    this.#report = report;
  }

  expect(wave: readonly ModuleRequest[]): void {
    for (const { url } of wave) this.#known[placeOf(url)] += 1;
    for (const place of ["remote", "local"] as const) {
      const { modules } = LIMITS[place];
      if (this.#known[place] > modules) throw tooLarge(this.#entry, `over ${modules} modules`);
    }
  }

  arrived({ url, bytes }: { readonly url: string; readonly bytes: number }): void {
    const place = placeOf(url);
    this.#done += 1;
    this.#bytes[place] += bytes;
    if (this.#bytes[place] > LIMITS[place].bytes) {
      throw tooLarge(this.#entry, `over ${LIMITS[place].bytes} bytes with all that it imports`);
    }
    const known = this.#known.remote + this.#known.local;
    this.#report({ done: this.#done, known, bytes: this.#bytes.remote + this.#bytes.local });
  }
}

function placeOf(url: string): "remote" | "local" {
  return isRemote(url) ? "remote" : "local";
}

function digestOf(modules: ReadonlyMap<string, LoadedModule>): string {
  const lines = [...modules].map(([key, module]) => `${key} ${module.sha256}`).sort();
  return sha256(new TextEncoder().encode(lines.join("\n")));
}
