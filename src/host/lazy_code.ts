/** Code that is hardly ever needed: what is remembered of plugins mostly holds. @module */

import type { ModuleGraph } from "../loader/light.ts";
import type { Settings } from "../settings/mod.ts";
import { type CodeOptions, type CodeSource, LockReader } from "./lock_reader.ts";

/** Imports the loader when the first graph is loaded. */
export class LazyCode extends LockReader implements CodeSource {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    super(settings);
    this.#settings = settings;
  }

  /** See {@linkcode CodeSource.load}. */
  async load(entries: readonly string[], options: CodeOptions): Promise<ModuleGraph> {
    const { CodeLoader } = await import("./code_loader.ts");
    return await new CodeLoader(this.#settings).load(entries, options);
  }
}
