/** Walks a module graph: every module is read, hashed, transpiled and parsed once. @module */

import { allInOrder } from "./all_in_order.ts";
import { graphTooLarge } from "./errors.ts";
import { requiredType } from "./commonjs.ts";
import { type LoadContext, type LoadedModule, loadModule, type ModuleRequest, siteKey } from "./load_module.ts";
import { PreparedPack } from "./prepared_pack.ts";
import { Project } from "./project.ts";
import { sha256 } from "./read.ts";
import { isRemote, type RemoteModules } from "./remote.ts";
import type { ImportType } from "./rewrite.ts";

/** Most modules and bytes that one entry may bring. */
export interface GraphLimits {
  readonly modules: number;
  readonly bytes: number;
}

/** Of modules from URLs, and of those that lie in the project. */
const LIMITS: Readonly<Record<"remote" | "local", GraphLimits>> = {
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
  /** Of modules from URLs. @default 1,000 modules, 32 MiB */
  readonly remoteLimits?: GraphLimits;
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
  const progress = new Progress(options);
  let wave: readonly ModuleRequest[] = entries.map((url) => ({ url, type: "js", chain: [] }));
  while (wave.length > 0) {
    progress.expect(wave);
    const loaded = await allInOrder(wave, CONCURRENCY, async (request) => {
      const module = await loadModule(request, context);
      progress.arrived(module, request);
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

/**
 * Counts what arrives, and refuses more than an entry may bring. What several share counts for the one that was first
 * to bring it, so that it never matters how many task modules a project has.
 */
class Progress {
  readonly #report: (progress: LoadProgress) => void;
  readonly #limits: typeof LIMITS;
  readonly #brought = new Map<string, { modules: number; bytes: number }>();
  #known = 0;
  #done = 0;
  #bytes = 0;

  constructor({ onProgress = () => {}, remoteLimits = LIMITS.remote }: LoadOptions) {
    this.#report = onProgress;
    this.#limits = { ...LIMITS, remote: remoteLimits };
  }

  expect(wave: readonly ModuleRequest[]): void {
    for (const request of wave) this.#count(request, request.url, "modules", 1);
    this.#known += wave.length;
  }

  arrived({ url, bytes }: { readonly url: string; readonly bytes: number }, request: ModuleRequest): void {
    this.#count(request, url, "bytes", bytes);
    this.#done += 1;
    this.#bytes += bytes;
    this.#report({ done: this.#done, known: this.#known, bytes: this.#bytes });
  }

  #count({ url: asked, chain }: ModuleRequest, url: string, what: keyof GraphLimits, amount: number): void {
    const entry = chain[0] ?? asked;
    const place = isRemote(url) ? "remote" : "local";
    const key = `${place} ${entry}`;
    const brought = this.#brought.get(key) ?? { modules: 0, bytes: 0 };
    this.#brought.set(key, brought);
    brought[what] += amount;
    const limit = this.#limits[place][what];
    if (brought[what] > limit) throw graphTooLarge(entry, place, what, limit);
  }
}

function digestOf(modules: ReadonlyMap<string, LoadedModule>): string {
  const lines = [...modules].map(([key, module]) => `${key} ${module.sha256}`).sort();
  return sha256(new TextEncoder().encode(lines.join("\n")));
}
