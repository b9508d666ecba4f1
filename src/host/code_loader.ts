/** Loads the modules of plugins and tasks; those from URLs as the lock knows them. @module */

import {
  graphRecord,
  loadGraph,
  LockedModules,
  type ModuleGraph,
  ModuleStore,
  NetworkModules,
  parseAuthTokens,
  type RemoteModules,
} from "../loader/mod.ts";
import type { Settings } from "../settings/mod.ts";
import { NuvomError } from "../core/mod.ts";
import { embeddedPlugin } from "./embedded.ts";
import { type Lock, remoteDigest } from "./lock.ts";
import { codeLost } from "./lock_errors.ts";
import { type CodeOptions, type CodeSource, LockReader } from "./lock_reader.ts";
import { moduleInManifest } from "./paths.ts";

const MIB = 1024 * 1024;
/** Errors of what is locked, but must be fetched anew. */
const LOST = /^NUVOM_(STORE_MISSING$|FETCH_(?!URL|SCHEME|TOKENS))/;

/** Loads what the lock knows; with `loadFrom` also what it is to know. */
export class CodeLoader extends LockReader implements CodeSource {
  readonly #settings: Settings;
  readonly #store: ModuleStore;

  /** @param lock In place of the one on disk. */
  constructor(settings: Settings, lock?: Lock) {
    super(settings, lock);
    this.#settings = settings;
    this.#store = new ModuleStore(settings.cacheDir);
  }

  /** See {@linkcode CodeSource.load}. */
  async load(entries: readonly string[], options: CodeOptions): Promise<ModuleGraph> {
    await using network = this.openNetwork();
    try {
      return await this.loadFrom(this.locked(network), entries, options);
    } catch (error) {
      if (!(error instanceof NuvomError) || !LOST.test(error.code)) throw error;
      throw codeLost(whoLacks(moduleInManifest(entries[0]!, options.root), await this.lock()), error);
    }
  }

  /** The graph with modules from URLs as `remote` gives them. */
  loadFrom(remote: RemoteModules, entries: readonly string[], options: CodeOptions): Promise<ModuleGraph> {
    const { cacheDir, fetchMaxGraphModules, fetchMaxGraphMb } = this.#settings;
    const remoteLimits = { modules: fetchMaxGraphModules, bytes: fetchMaxGraphMb * MIB };
    const preparedDir = `${cacheDir}/prepared`;
    return loadGraph(entries, { embedded: embeddedPlugin, remote, remoteLimits, preparedDir, ...options });
  }

  /** What the lock knows, and nothing else. @param network For what the store has lost; null: it is not fetched. */
  locked(network: RemoteModules | null): RemoteModules {
    const options = { store: this.#store, network: this.#settings.offline ? null : network };
    let found: Promise<LockedModules> | undefined;
    const modules = () => found ??= this.lock().then(({ code }) => new LockedModules(code, options));
    return {
      load: async (url, chain) => await (await modules()).load(url, chain),
      locked: async () => await (await modules()).locked(),
    };
  }

  /**
   * The network by the rules of the settings; to be disposed of.
   *
   * @param signal Gives up what is under way; its reason is thrown.
   * @throws {NuvomError} `NUVOM_FETCH_TOKENS`
   */
  openNetwork(signal?: AbortSignal): NetworkModules {
    const { allowHttpLoopback, allowedHosts, authTokens, httpsProxy, noProxy, ...limits } = this.#settings;
    return new NetworkModules({
      store: this.#store,
      allowHttpLoopback,
      allowHosts: allowedHosts.split(",").map((host) => host.trim().toLowerCase()).filter((host) => host !== ""),
      tokens: parseAuthTokens(authTokens),
      proxy: { url: httpsProxy, except: noProxy },
      connectMs: limits.fetchConnectTimeoutMs,
      totalMs: limits.fetchTimeoutMs,
      attempts: limits.fetchAttempts,
      maxBytes: limits.fetchMaxModuleMb * MIB,
      signal,
    });
  }

  /** @see ModuleStore.get */
  async stored(sha256: string): Promise<Uint8Array | null> {
    return await this.#store.get(sha256);
  }
}

/** Whose entry it is, by the lock. */
function whoLacks(url: string, { plugins, tasks }: Lock): string {
  const name = Object.keys(plugins).find((name) => plugins[name]!.url === url);
  if (name !== undefined) return `The plugin "${name}" lacks`;
  return Object.hasOwn(tasks, url) ? "The task modules lack" : `The module ${url} lacks`;
}

/** See {@linkcode remoteDigest}. */
export function graphDigest(graph: ModuleGraph): string | null {
  return remoteDigest(graphRecord(graph).files);
}
