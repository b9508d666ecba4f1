/** The verified modules of a plugin, written once for all realms that run them. @module */

import type { PluginMetadata } from "../core/mod.ts";
import { type ModuleGraph, type PreparedGraph, prepareGraph, PrivateFolder } from "../loader/mod.ts";
import { type CodeLoader, graphDigest } from "./code_loader.ts";
import { graphDiffers } from "./lock_errors.ts";
import type { PluginEntry } from "./manifest.ts";
import { type LoadListener, toldLoad } from "./told_load.ts";

/** Which modules, and what is known of them. */
export interface PluginCodeParts {
  readonly entry: PluginEntry;
  readonly metadata: PluginMetadata;
  readonly loader: CodeLoader;
  /** Told of the load. */
  readonly listener: LoadListener;
  /** What bare specifiers mean. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Of its modules from URLs, as they were checked; null when there are none. */
  readonly remote: string | null;
  /** Files must stay in it. Absolute. */
  readonly root: string;
}

/** Modules that are ready to be imported. */
export interface WrittenCode {
  readonly graph: PreparedGraph;
  readonly digest: string;
}

/** Where modules are, or will be. */
export interface BegunCode {
  readonly folder: PrivateFolder;
  /** Rejects with `NUVOM_LOADER_…`, `NUVOM_LOCK_…`. */
  readonly written: Promise<WrittenCode>;
}

/** Loaded when it is first asked for: a plugin that is started again runs the code that it ran before. */
export class PluginCode {
  readonly #parts: PluginCodeParts;
  #graph: Promise<ModuleGraph> | undefined;
  #newest: Promise<BegunCode> | undefined;
  /** All that were begun: a realm may still run from an older one. */
  readonly #begun: BegunCode[] = [];

  /** Loads nothing yet. */
  constructor(parts: PluginCodeParts) {
    this.#parts = parts;
  }

  /** Of the modules. @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_LOCK_…` */
  async digest(): Promise<string> {
    return (await this.#load()).digest;
  }

  /**
   * Resolves before anything is written, for those who can use the time. Where files were lost since, they are written
   * again from the modules in memory, to another folder.
   */
  begin(): Promise<BegunCode> {
    return this.#newest = this.#after(this.#newest);
  }

  /** Removes what was written. May be called twice. */
  async dispose(): Promise<void> {
    await this.#newest?.catch(() => {});
    for (const { folder, written } of this.#begun.splice(0)) {
      await written.catch(() => {});
      await folder.remove();
    }
  }

  async #after(before: Promise<BegunCode> | undefined): Promise<BegunCode> {
    const begun = await before?.catch(() => undefined);
    const code = await begun?.written.catch(() => undefined);
    return code?.graph.isWhole ? begun! : await this.#begin();
  }

  async #begin(): Promise<BegunCode> {
    const folder = await PrivateFolder.make();
    const written = this.#write(folder);
    // Whoever waits for it hears of it.
    written.catch(() => {});
    const begun = { folder, written };
    this.#begun.push(begun);
    return begun;
  }

  async #write(folder: PrivateFolder): Promise<WrittenCode> {
    const graph = await this.#load();
    return { graph: await prepareGraph(graph, folder), digest: graph.digest };
  }

  #load(): Promise<ModuleGraph> {
    return this.#graph ??= this.#verified();
  }

  async #verified(): Promise<ModuleGraph> {
    const { entry, metadata, loader, listener, imports, remote, root } = this.#parts;
    const load = () => loader.load([entry.module], { root, imports });
    const graph = await toldLoad(listener, `plugin "${metadata.name}"`, load);
    // A file of the project may have changed since, and import more than was checked.
    if (graphDigest(graph) !== remote) throw graphDiffers(`plugin "${metadata.name}"`);
    return graph;
  }
}
