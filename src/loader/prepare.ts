/** Writes a verified graph into a private folder of this run, from which a guest imports it. @module */

import { commonJsFacade, commonJsRuntime, scriptFile } from "./commonjs_runtime.ts";
import type { ModuleGraph, StackSource } from "./graph.ts";
import { filesByKey, guardSource } from "./guard.ts";
import { fileOf, NO_SOURCE_MAP, targetOf } from "./prepared_file.ts";
import { PrivateFolder } from "./private_folder.ts";
import { rewrite } from "./rewrite.ts";
import { stubModules } from "./shims.ts";
import { mapStack } from "./stack.ts";

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
  readonly #written: number;
  readonly #owner: number | null;

  /** Made by {@linkcode prepareGraph}, when everything is written. */
  constructor(folder: PrivateFolder, files: ReadonlyMap<string, string>, sources: ReadonlyMap<string, StackSource>) {
    this.#private = folder;
    this.folder = folder.path;
    this.#files = files;
    this.#sources = sources;
    this.#written = countFiles(folder.path);
    this.#owner = ownerOf(folder.path);
  }

  /**
   * Whether all that was written is still there: whatever tidies up temporary folders may have taken some of it, and
   * another user may have made a folder of the same name.
   */
  get isWhole(): boolean {
    return countFiles(this.folder) === this.#written && ownerOf(this.folder) === this.#owner;
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

/** What a realm is to know of a private folder before a graph is written into it: where the stubs will be. */
export function stubsIn(folder: PrivateFolder): Pick<PreparedGraph, "folder" | "fileOf"> {
  return { folder: folder.path, fileOf: (stub) => `${folderUrl(folder.path)}${stub}` };
}

/**
 * Writes the graph; nothing is left behind when it fails.
 * @param given Left out, it is made.
 */
export async function prepareGraph(graph: ModuleGraph, given?: PrivateFolder): Promise<PreparedGraph> {
  const folder = given ?? await PrivateFolder.make();
  const sources = new Map<string, StackSource>();
  try {
    writeStubs(graph, folder.path);
    for (const module of graph.image?.modules ?? []) {
      sources.set(fileOf(module), module.stack);
      writePrivate(`${folder.path}/${fileOf(module)}`, module.text);
    }
    writeParsed(graph, folder.path, sources);
    return new PreparedGraph(folder, filesByKey(graph), sources);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Null where there are no users, and for what is no folder. */
function ownerOf(path: string): number | null {
  const { isDirectory, uid } = Deno.lstatSync(path);
  return isDirectory ? uid : null;
}

function countFiles(folder: string): number {
  try {
    return [...Deno.readDirSync(folder)].length;
  } catch {
    return 0;
  }
}

function writeStubs(graph: ModuleGraph, folder: string): void {
  for (const [name, text] of stubModules()) writePrivate(`${folder}/${name}`, encoder.encode(text));
  writePrivate(`${folder}/guard.js`, encoder.encode(guardSource(graph)));
}

/** What is in no image. */
function writeParsed(graph: ModuleGraph, folder: string, sources: Map<string, StackSource>): void {
  const scripts = new Map<number, string>();
  const put = (name: string, text: string) => writePrivate(`${folder}/${name}`, encoder.encode(text));
  const inImage = graph.image?.modules.length ?? 0;
  for (const module of graph.modules.values()) {
    if (module.index < inImage) continue;
    const { url, map, index, parsed } = module;
    const { code, shifts } = rewrite(parsed!, (site) => targetOf(module, site, graph), index);
    const isCommonJs = parsed!.commonjs !== undefined;
    sources.set(isCommonJs ? scriptFile(module) : fileOf(module), { url, details: () => ({ map, shifts: shifts() }) });
    if (isCommonJs) scripts.set(index, code + NO_SOURCE_MAP);
    put(fileOf(module), isCommonJs ? commonJsFacade(module, graph) : code + NO_SOURCE_MAP);
  }
  put("commonjs.js", commonJsRuntime(graph, scripts));
}

const encoder = new TextEncoder();

function folderUrl(folder: string): string {
  return new URL(`file://${encodeURI(folder).replace(/[?#]/g, encodeURIComponent)}/`).href;
}

/** Not asynchronous: for small files the hops between threads cost more than the writes. */
function writePrivate(path: string, bytes: Uint8Array): void {
  Deno.writeFileSync(path, bytes, { createNew: true, mode: 0o600 });
}
