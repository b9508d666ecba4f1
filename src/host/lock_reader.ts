/** What the lock says of code, and whether what is remembered of it still holds; nothing is loaded. @module */

import { type GraphRecord, type LoadProgress, type ModuleGraph, recordIsFresh } from "../loader/light.ts";
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

/** Where the modules of plugins come from. */
export interface CodeSource {
  /** @throws {NuvomError} `NUVOM_LOCK_…` */
  lock(): Promise<Lock>;
  /** Whether every module of a record is still what it was: files by their text, those from URLs by the lock. */
  isFresh(record: GraphRecord): Promise<boolean>;
  /** The graph as it was locked. @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_LOCK_…`, `NUVOM_STORE_…`, `NUVOM_FETCH_…` */
  load(entries: readonly string[], options: CodeOptions): Promise<ModuleGraph>;
}

/** Reads the lock once, when the first module from a URL is asked for: a broken one is no matter to other code. */
export class LockReader implements Omit<CodeSource, "load"> {
  readonly #manifestPath: string;
  #lock: Promise<Lock> | undefined;

  /** @param lock In place of the one on disk. */
  constructor({ manifestPath }: Pick<Settings, "manifestPath">, lock?: Lock) {
    this.#manifestPath = manifestPath;
    if (lock !== undefined) this.#lock = Promise.resolve(lock);
  }

  /** See {@linkcode CodeSource.lock}. */
  lock(): Promise<Lock> {
    this.#lock ??= Promise.try(() => readLock(lockPath(this.#manifestPath)));
    return this.#lock;
  }

  /** See {@linkcode CodeSource.isFresh}. */
  async isFresh(record: GraphRecord): Promise<boolean> {
    if (remoteDigest(record.files) === null) return await recordIsFresh(record, embeddedPlugin);
    const { code: { modules } } = await this.lock();
    return await recordIsFresh(
      record,
      embeddedPlugin,
      (url) => Object.hasOwn(modules, url) ? modules[url]!.sha256 : null,
    );
  }
}
