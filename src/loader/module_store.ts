/**
 * Bytes of modules from URLs, by their hash. What lies in the folder is not trusted: it is read into memory, hashed
 * again, and dropped when it is not what its name says.
 * @module
 */

import { storeUnwritable } from "./lock_errors.ts";
import { MAX_STORED_BYTES, sha256 } from "./read.ts";
import { readStored, removeStored, writeStored } from "./stored_file.ts";

/** A folder that all projects of a user share; it may be deleted at any time. */
export class ModuleStore {
  readonly #folder: string;

  /** @param cacheDir Absolute path; made when the first module is put. */
  constructor(cacheDir: string) {
    this.#folder = `${cacheDir}/modules`;
  }

  /** The bytes with this hash, or null; an entry that holds others is removed. */
  get(hash: string): Uint8Array | null {
    const path = this.#path(hash);
    const bytes = readStored(path, MAX_STORED_BYTES);
    if (bytes !== null && sha256(bytes) === hash) return bytes;
    removeStored(path);
    return null;
  }

  /** @returns The hash. @throws {NuvomError} `NUVOM_STORE_WRITE` */
  put(bytes: Uint8Array): string {
    const hash = sha256(bytes);
    try {
      writeStored(this.#path(hash), bytes);
      return hash;
    } catch (error) {
      throw storeUnwritable(this.#folder, error);
    }
  }

  #path(hash: string): string {
    return `${this.#folder}/${hash.slice(0, 2)}/${hash.slice(2)}`;
  }
}
