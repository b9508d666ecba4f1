/** Loads a module graph: every module is read, hashed, transpiled and parsed once, or taken from a verified image. @module */

import { allInOrder } from "./all_in_order.ts";
import { type Image, importsOf, type ModuleGraph, moduleKey } from "./graph.ts";
import { imageKey, makeImage, readImage } from "./image.ts";
import type { LoadContext } from "./load_module.ts";
import { type GraphLimits, type LoadProgress, Progress } from "./load_progress.ts";
import type { LoadedModule, ModuleLink, ModuleRequest } from "./loaded_module.ts";
import { Project } from "./project.ts";
import { sha256 } from "./read.ts";
import { isRemote, type RemoteModules } from "./remote.ts";

/** Most modules that are fetched at a time. */
const CONCURRENCY = 16;

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
  /** Folder of images, made when it is missing; left out, the modules from URLs are parsed each time. */
  readonly preparedDir?: string;
  /** Called as modules arrive. */
  readonly onProgress?: (progress: LoadProgress) => void;
}

/**
 * Loads everything that the entries import, directly or not: level by level, so that modules arrive at the same time
 * and yet numbers, messages and the first error are the same each time. First those of the project; what comes from
 * URLs imports nothing of the project, so that part of a graph stands for itself.
 *
 * @param entries `file:` and `https:` URLs, or `nuvom:NAME`.
 * @throws {NuvomError} `NUVOM_LOADER_…`, and what `remote` throws, with the chain of imports that led to the trouble.
 */
export async function loadGraph(entries: readonly string[], options: LoadOptions): Promise<ModuleGraph> {
  const walk = new Walk(await contextOf(options), new Progress(options.onProgress, options.remoteLimits));
  const requests: ModuleRequest[] = entries.map((url) => ({ url, type: "js", chain: [] }));
  const imported = await walk.local(requests.filter(({ url }) => !isRemote(url)));
  const roots = rootsOf([...requests.filter(({ url }) => isRemote(url)), ...imported]);
  const key = imageKey([...roots.keys()], options.imports ?? {});
  const image = roots.size === 0 ? null : await trustedImage(key, options);
  if (image !== null) walk.take(image, [...roots.values()]);
  else await walk.remote([...roots.values()]);
  return walk.graph(entries, (graph, modules) => makeImage(key, graph, modules, options.preparedDir ?? null));
}

/** What the project asks for from URLs, each once, in an order that does not depend on where. */
function rootsOf(requests: readonly ModuleRequest[]): ReadonlyMap<string, ModuleRequest> {
  const roots = new Map<string, ModuleRequest>();
  for (const request of requests) {
    const key = moduleKey(request.url, request.type);
    if (!roots.has(key)) roots.set(key, request);
  }
  return new Map([...roots].sort(([a], [b]) => a < b ? -1 : 1));
}

/** The image with this key, if the lock has its hash, and all of its modules as well. */
async function trustedImage(key: string, { preparedDir, remote }: LoadOptions): Promise<Image | null> {
  const lock = preparedDir === undefined ? undefined : await remote?.locked?.();
  if (lock === undefined) return null;
  const image = readImage(preparedDir!, key, lock.images[key]);
  const isLocked = ({ url, sha256 }: LoadedModule) =>
    Object.hasOwn(lock.modules, url) && lock.modules[url]!.sha256 === sha256;
  return image?.modules.every(isLocked) ? image : null;
}

async function contextOf({ root, embedded, remote, imports = {} }: LoadOptions): Promise<LoadContext> {
  return { root: await Deno.realPath(root), embedded, remote, imports, project: await Project.open(root) };
}

type Unnumbered = Omit<LoadedModule, "index">;

/** The modules of a graph as they are found. */
class Walk {
  readonly #context: LoadContext;
  readonly #progress: Progress;
  readonly #seen = new Set<string>();
  readonly #local = new Map<string, Unnumbered>();
  readonly #remote = new Map<string, Unnumbered>();
  readonly #redirects = new Map<string, string>();
  #image: Image | null = null;

  constructor(context: LoadContext, progress: Progress) {
    this.#context = context;
    this.#progress = progress;
  }

  /** @returns What the modules of the project import from URLs. */
  async local(requests: readonly ModuleRequest[]): Promise<readonly ModuleRequest[]> {
    const asked: ModuleRequest[] = [];
    await this.#through(requests, this.#local, (request) => {
      if (isRemote(request.url)) asked.push(request);
      return !isRemote(request.url);
    });
    return asked;
  }

  async remote(requests: readonly ModuleRequest[]): Promise<void> {
    await this.#through(requests, this.#remote, () => true);
  }

  /** In place of `remote`. */
  take(image: Image, roots: readonly ModuleRequest[]): void {
    this.#image = image;
    for (const [asked, url] of image.redirects) this.#redirects.set(asked, url);
    const keyOf = ({ url, type }: ModuleLink) => moduleKey(image.redirects.get(url) ?? url, type);
    const entries = new Map(roots.map((root) => [keyOf(root), root.chain[0] ?? root.url]));
    for (const module of image.modules) {
      const request = { url: module.url, chain: [entries.get(keyOf(module))!] };
      for (const link of module.links) if (!entries.has(keyOf(link))) entries.set(keyOf(link), request.chain[0]!);
      this.#progress.expect([request]);
      this.#progress.arrived(module, request);
    }
  }

  /** @param makeImage Called once, when the image is asked for and was not taken. */
  graph(
    entries: readonly string[],
    makeImage: (graph: ModuleGraph, modules: readonly LoadedModule[]) => Image,
  ): ModuleGraph {
    let image = this.#image;
    const remote = image?.modules ?? [...this.#remote.values()].map((module, index) => ({ ...module, index }));
    const local = [...this.#local.values()].map((module, i) => ({ ...module, index: remote.length + i }));
    const modules = new Map([...local, ...remote].map((module) => [moduleKey(module.url, module.type), module]));
    const graph: ModuleGraph = {
      ...{ entries, modules, redirects: this.#redirects, digest: digestOf(modules) },
      inputs: this.#context.project.inputs,
      get image() {
        return image ??= remote.length === 0 ? null : makeImage(graph, remote);
      },
    };
    return graph;
  }

  async #through(
    requests: readonly ModuleRequest[],
    found: Map<string, Unnumbered>,
    isWanted: (request: ModuleRequest) => boolean,
  ): Promise<void> {
    let wave = requests.filter((request) => this.#isNew(request));
    if (wave.length === 0) return;
    // With all that it brings along; a graph that comes from an image alone does without.
    const { loadModule } = await import("./load_module.ts");
    while (wave.length > 0) {
      this.#progress.expect(wave);
      const loaded = await allInOrder(wave, CONCURRENCY, async (request) => {
        const module = await loadModule(request, this.#context);
        this.#progress.arrived(module, request);
        return module;
      });
      wave = wave.flatMap((request, i) => this.#keep(request, loaded[i]!, found))
        .filter((request) => isWanted(request) && this.#isNew(request));
    }
  }

  /** @returns What it imports. */
  #keep({ url, chain }: ModuleRequest, module: Unnumbered, found: Map<string, Unnumbered>): ModuleRequest[] {
    if (module.url !== url) this.#redirects.set(url, module.url);
    const key = moduleKey(module.url, module.type);
    if (found.has(key)) return [];
    found.set(key, module);
    this.#seen.add(key);
    return importsOf(module, chain);
  }

  #isNew({ url, type }: ModuleRequest): boolean {
    const key = moduleKey(url, type);
    return !this.#seen.has(key) && this.#seen.add(key) !== undefined;
  }
}

function digestOf(modules: ReadonlyMap<string, LoadedModule>): string {
  const lines = [...modules].map(([key, module]) => `${key} ${module.sha256}`).sort();
  return sha256(new TextEncoder().encode(lines.join("\n")));
}
