/** Modules from URLs that a lock knows: read from the store, fetched again where that is torn, never changed. @module */

import { entryMissing, hashDiffers, notStored, weakHash } from "./lock_errors.ts";
import type { ModuleGraph } from "./graph.ts";
import type { MediaType } from "./media_type.ts";
import type { ModuleStore } from "./module_store.ts";
import { sha256 } from "./read.ts";
import { isRemote, type RemoteModule, type RemoteModules } from "./remote.ts";
import { remoteUrl } from "./remote_url.ts";

/** What a lock says of one module. */
export interface LockedModule {
  /** Of its bytes, as hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
  readonly mediaType: MediaType;
}

/** What a lock says of the modules from URLs of one or more graphs. */
export interface LockedGraph {
  /** SHA-256 of the images that were made of them, by the keys of those; see `image.ts`. */
  readonly images: Readonly<Record<string, string>>;
  /** Where modules were found in the end, by what was asked for; only where that differs. */
  readonly redirects: Readonly<Record<string, string>>;
  /** By final URL. */
  readonly modules: Readonly<Record<string, LockedModule>>;
}

/** Where locked modules come from. */
export interface LockedOptions {
  readonly store: ModuleStore;
  /** Fetches what the store has lost; null where nothing may be fetched. */
  readonly network: RemoteModules | null;
}

/** The modules from URLs of a graph, for a lock; sorted. */
export function lockedGraph(graph: ModuleGraph): LockedGraph {
  const remote = [...graph.modules.values()].filter(({ url }) => isRemote(url));
  return {
    images: graph.image === null ? {} : { [graph.image.key]: graph.image.sha256 },
    redirects: sorted([...graph.redirects]),
    modules: sorted(remote.map(({ url, sha256, bytes, mediaType }) => [url, { sha256, bytes, mediaType }])),
  };
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** Gives exactly what was locked, or nothing. */
export class LockedModules implements RemoteModules {
  readonly #lock: LockedGraph;
  readonly #options: LockedOptions;

  constructor(lock: LockedGraph, options: LockedOptions) {
    this.#lock = lock;
    this.#options = options;
  }

  /** The hash that the lock has for a final URL, for `recordIsFresh()`. */
  sha256Of(url: string): string | null {
    return own(this.#lock.modules, url)?.sha256 ?? null;
  }

  /** See {@linkcode RemoteModules.locked}. */
  locked(): Promise<LockedGraph> {
    return Promise.resolve(this.#lock);
  }

  /** @throws {NuvomError} `NUVOM_LOCK_ENTRY`, `NUVOM_LOCK_HASH`; when it is read, also what the network throws */
  load(written: string, chain: readonly string[]): Promise<RemoteModule> {
    return Promise.try(() => this.#find(written, chain));
  }

  #find(written: string, chain: readonly string[]): RemoteModule {
    const asked = remoteUrl(written, null, chain);
    const url = own(this.#lock.redirects, asked) ?? asked;
    const locked = own(this.#lock.modules, url);
    if (locked === undefined) throw entryMissing(asked, chain);
    if (!/^[0-9a-f]{64}$/.test(locked.sha256)) throw weakHash(url, chain);
    return { url, ...locked, read: () => this.#read(asked, locked.sha256, chain) };
  }

  async #read(asked: string, hash: string, chain: readonly string[]): Promise<Uint8Array> {
    const stored = this.#options.store.get(hash);
    if (stored !== null) return stored;
    if (this.#options.network === null) throw notStored(asked, chain);
    // By what was asked for: where that leads may be signed and short-lived, and the hash decides.
    const fetched = await (await this.#options.network.load(asked, chain)).read();
    if (sha256(fetched) !== hash) throw hashDiffers(asked, hash, sha256(fetched), chain);
    return fetched;
  }
}

/** A URL may be named like something that every object has. */
function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
