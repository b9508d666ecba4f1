/** Writes a verified graph into a private folder of this run, from which a guest imports it. @module */

import { commonJsFacade, commonJsRuntime, scriptFile } from "./commonjs_runtime.ts";
import type { ModuleGraph } from "./graph.ts";
import { filesByKey, guardSource, targetOf } from "./guard.ts";
import type { LoadedModule } from "./load_module.ts";
import { PrivateFolder } from "./private_folder.ts";
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
  readonly #private: PrivateFolder;
  readonly #files: ReadonlyMap<string, string>;
  readonly #sources: ReadonlyMap<string, StackSource>;

  /** Made by {@linkcode prepareGraph}. */
  constructor(folder: PrivateFolder, files: ReadonlyMap<string, string>, sources: ReadonlyMap<string, StackSource>) {
    this.#private = folder;
    this.folder = folder.path;
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
    await this.#private.remove();
  }
}

/**
 * The runtime follows the last `sourceMappingURL` of a module when it makes a stack trace, whatever its realm may do:
 * it fetches `http:` ones and reads files (seen in Deno 2.7 and 2.9). Of several the last one counts.
 */
const NO_SOURCE_MAP = "\n//# sourceMappingURL=data:,\n";

/** Writes the graph; nothing is left behind when it fails. */
export async function prepareGraph(graph: ModuleGraph): Promise<PreparedGraph> {
  const folder = await PrivateFolder.make();
  const names = new Map([...graph.modules.values()].map((module) => [module, fileName(module)]));
  const fileOf = (module: LoadedModule) => names.get(module)!;
  const files = filesByKey(graph, fileOf);
  const sources = new Map<string, StackSource>();
  const prepared = new PreparedGraph(folder, files, sources);
  const scripts = new Map<number, string>();
  try {
    const put = (name: string, text: string) => writePrivate(`${folder.path}/${name}`, text);
    for (const [name, text] of stubModules()) put(name, text);
    put("guard.js", guardSource(graph, fileOf));
    for (const module of graph.modules.values()) {
      const { code, shifts } = rewrite(
        module.parsed,
        (site) => targetOf(module, site, graph, fileOf),
        module.index,
      );
      const isCommonJs = module.parsed.commonjs !== undefined;
      const written = isCommonJs ? scriptFile(module, fileOf) : fileOf(module);
      sources.set(written, { url: module.url, map: module.map, shifts });
      if (isCommonJs) scripts.set(module.index, code + NO_SOURCE_MAP);
      put(fileOf(module), isCommonJs ? commonJsFacade(module, graph, fileOf) : code + NO_SOURCE_MAP);
    }
    put("commonjs.js", commonJsRuntime(graph, scripts, fileOf));
    return prepared;
  } catch (error) {
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

/** Not asynchronous: for small files the hops between threads cost more than the writes. */
function writePrivate(path: string, text: string): void {
  Deno.writeTextFileSync(path, text, { createNew: true, mode: 0o600 });
}
