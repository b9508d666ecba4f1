/** Writes a verified graph into a private folder of this run, from which a guest imports it. @module */

import { guardSource, targetOf } from "./guard.ts";
import { type LoadedModule, type ModuleGraph, moduleKey } from "./graph.ts";
import { rewrite } from "./rewrite.ts";
import { stubModules } from "./shims.ts";
import { mapStack, type StackSource } from "./stack.ts";

/** An entry of a prepared graph. */
export interface PreparedEntry {
  /** What the guest imports: a `file:` URL in the folder. */
  readonly file: string;
  /** Where it came from. */
  readonly source: string;
}

/** A graph on disk, in a folder that only this run knows and only this user may read. */
export class PreparedGraph {
  /** Absolute path without a slash at the end. */
  readonly folder: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #sources: ReadonlyMap<string, StackSource>;

  /** Made by {@linkcode prepareGraph}. */
  constructor(folder: string, files: ReadonlyMap<string, string>, sources: ReadonlyMap<string, StackSource>) {
    this.folder = folder;
    this.#files = files;
    this.#sources = sources;
  }

  /** The `file:` URL of a module (or stub, by its name) in the folder. */
  fileOf(urlOrStub: string): string {
    return `${folderUrl(this.folder)}${this.#files.get(urlOrStub) ?? urlOrStub}`;
  }

  /** An entry, for the guest. */
  entryRef(url: string): PreparedEntry {
    return { file: this.fileOf(url), source: url };
  }

  /** A stack trace with the modules as they were written. */
  mapStack(stack: string): string {
    return mapStack(stack, folderUrl(this.folder), this.#sources);
  }

  /** Removes the folder. May be called twice. */
  async dispose(): Promise<void> {
    try {
      await Deno.remove(this.folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Writes the graph; nothing is left behind when it fails. */
export async function prepareGraph(graph: ModuleGraph): Promise<PreparedGraph> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-run-" }));
  const files = new Map<string, string>();
  const sources = new Map<string, StackSource>();
  const prepared = new PreparedGraph(folder, files, sources);
  const writes: Promise<void>[] = [];
  try {
    const put = (name: string, text: string) => writes.push(writePrivate(`${folder}/${name}`, text));
    for (const [name, text] of stubModules()) put(name, text);
    put("guard.js", guardSource(graph, fileName));
    for (const module of graph.modules.values()) {
      const { code, shifts } = rewrite(
        module.parsed,
        (site) => targetOf(module, site, graph, fileName),
        module.index,
      );
      files.set(moduleKey(module.url, module.type), fileName(module));
      sources.set(fileName(module), { url: module.url, map: module.map, shifts });
      put(fileName(module), code);
    }
    await Promise.all(writes);
    return prepared;
  } catch (error) {
    await Promise.allSettled(writes);
    await prepared.dispose();
    throw error;
  }
}

function fileName(module: LoadedModule): string {
  const last = module.url.split(/[/:]/).at(-1)!.replace(/\.[a-z]+$/i, "").replace(/[^A-Za-z0-9_-]/g, "_");
  // A percent-encoded name may be three times as long as a file system takes.
  return `${module.index}-${last.slice(0, 80)}.js`;
}

function folderUrl(folder: string): string {
  return new URL(`file://${encodeURI(folder).replace(/[?#]/g, encodeURIComponent)}/`).href;
}

async function writePrivate(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text, { createNew: true, mode: 0o600 });
}
