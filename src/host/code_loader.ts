/** Loads the modules of plugins and tasks; those from URLs as the lock knows them. @module */

import {
  type GraphRecord,
  graphRecord,
  loadGraph,
  type LoadProgress,
  LockedModules,
  type ModuleGraph,
  ModuleStore,
  NetworkModules,
  parseAuthTokens,
  recordIsFresh,
  type RemoteModules,
} from "../loader/mod.ts";
import type { Settings } from "../settings/mod.ts";
import { embeddedPlugin } from "./embedded.ts";
import { type Lock, lockPath, remoteDigest } from "./lock.ts";
import { readLock } from "./lock_file.ts";

/** Of one graph. */
export interface CodeOptions {
  /** Files must stay in it. Absolute. */
  readonly root: string;
  /** What bare specifiers mean. */
  readonly imports?: Readonly<Record<string, string>>;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** Reads the lock once, when the first module from a URL is asked for: a broken one is no matter to other code. */
export class CodeLoader {
  readonly #settings: Settings;
  readonly #store: ModuleStore;
  #lock: Promise<Lock> | undefined;

  /** @param lock In place of the one on disk. */
  constructor(settings: Settings, lock?: Lock) {
    this.#settings = settings;
    this.#store = new ModuleStore(settings.cacheDir);
    if (lock !== undefined) this.#lock = Promise.resolve(lock);
  }

  /** @throws {NuvomError} `NUVOM_LOCK_…` */
  lock(): Promise<Lock> {
    this.#lock ??= readLock(lockPath(this.#settings.manifestPath));
    return this.#lock;
  }

  /** Whether every module of a record is still what it was: files by their text, those from URLs by the lock. */
  async isFresh(record: GraphRecord): Promise<boolean> {
    if (remoteDigest(record.files) === null) return await recordIsFresh(record, embeddedPlugin);
    const { code: { modules } } = await this.lock();
    return await recordIsFresh(
      record,
      embeddedPlugin,
      (url) => Object.hasOwn(modules, url) ? modules[url]!.sha256 : null,
    );
  }

  /** The graph as it was locked. @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_LOCK_…`, `NUVOM_STORE_…`, `NUVOM_FETCH_…` */
  async load(entries: readonly string[], options: CodeOptions): Promise<ModuleGraph> {
    await using network = this.openNetwork();
    return await this.loadFrom(this.locked(network), entries, options);
  }

  /** The graph with modules from URLs as `remote` gives them. */
  loadFrom(remote: RemoteModules, entries: readonly string[], options: CodeOptions): Promise<ModuleGraph> {
    const preparedDir = `${this.#settings.cacheDir}/prepared`;
    return loadGraph(entries, { embedded: embeddedPlugin, remote, preparedDir, ...options });
  }

  /** What the lock knows, and nothing else. @param network For what the store has lost; null: it is not fetched. */
  locked(network: RemoteModules | null): RemoteModules {
    const options = { store: this.#store, network: this.#settings.offline ? null : network };
    return {
      load: async (url, chain) => await new LockedModules((await this.lock()).code, options).load(url, chain),
    };
  }

  /** The network by the rules of the settings; to be disposed of. @throws {NuvomError} `NUVOM_FETCH_TOKENS` */
  openNetwork(): NetworkModules {
    const { allowHttpLoopback, allowedHosts, authTokens } = this.#settings;
    return new NetworkModules({
      store: this.#store,
      allowHttpLoopback,
      allowHosts: allowedHosts.split(",").map((host) => host.trim().toLowerCase()).filter((host) => host !== ""),
      tokens: parseAuthTokens(authTokens),
    });
  }

  /** @see ModuleStore.get */
  async stored(sha256: string): Promise<Uint8Array | null> {
    return await this.#store.get(sha256);
  }
}

/** See {@linkcode remoteDigest}. */
export function graphDigest(graph: ModuleGraph): string | null {
  return remoteDigest(graphRecord(graph).files);
}
