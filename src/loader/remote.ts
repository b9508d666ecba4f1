/** How modules from URLs come into a graph: what the loader asks for, whoever answers it. @module */

import type { MediaType } from "./media_type.ts";

/** A module from a URL, known but not necessarily read yet. */
export interface RemoteModule {
  /** Where it was found after redirects: its identity, and what its relative imports start from. */
  readonly url: string;
  readonly mediaType: MediaType;
  /** Of its bytes. */
  readonly sha256: string;
  readonly bytes: number;
  /** Its bytes; they have the hash. */
  read(): Promise<Uint8Array>;
}

/** Where a graph gets its modules from URLs. */
export interface RemoteModules {
  /**
   * @param url As an import or an entry says it: absolute.
   * @param chain URLs of the modules that led here, outermost first; for messages.
   * @throws {NuvomError} `NUVOM_FETCH_…`, `NUVOM_LOCK_…`, `NUVOM_STORE_…`
   */
  load(url: string, chain: readonly string[]): Promise<RemoteModule>;
  /**
   * The lock that vouches for every module that `load` gives, and for images of them; left out where there is none.
   * @throws {NuvomError} `NUVOM_LOCK_…`
   */
  locked?(): Promise<VouchedModules>;
}

/** What a lock vouches for. */
export interface VouchedModules {
  /** SHA-256 by URL. */
  readonly modules: Readonly<Record<string, { readonly sha256: string }>>;
  /** SHA-256 by key. */
  readonly images: Readonly<Record<string, string>>;
}

/** Whether a URL, or what somebody wrote as one, means a module from the network. */
export function isRemote(url: string): boolean {
  return /^\s*https?:/i.test(url);
}
