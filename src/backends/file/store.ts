/**
 * A folder of jobs, a file each. Every process keeps all of them in memory, and reads again what the journal says that others
 * have changed. What changes together is first written as one file: after a crash the next process finishes it.
 * @module
 */

import { type Clock, systemClock } from "../../core/mod.ts";
import { folderFailed, storeLocked } from "../errors.ts";
import { type HeldKey, MemoryStore } from "../memory/store.ts";
import { Wake } from "../wake.ts";
import { removeIfThere, syncFolder, textIfThere, writeWhole } from "./folder.ts";
import { readJob, writeJob } from "./job_file.ts";
import { Journal } from "./journal.ts";
import { LeaseFile } from "./lease_file.ts";
import { fileNameOf } from "./names.ts";

/** How a folder is opened. */
export interface FileStoreOptions {
  /** It is made when it is missing. */
  readonly path: string;
  readonly clock?: Clock;
  /** How long a call waits for other processes, in milliseconds. @default 10000 */
  readonly busyTimeoutMs?: number;
  /** Told of files that were moved aside because they are damaged. */
  readonly warn?: (message: string) => void;
}

/** In the journal, what belongs to no job. */
const REST = "rest.json";
/** Files that are being changed together. */
const REDO = "redo.json";
const LOCK_PAUSE_MS = 1;

/** Texts by name in the folder of jobs; null: the file goes. */
type Changes = Readonly<Record<string, string | null>>;

/** Memory whose tokens no other process gives. */
class SharedMemory extends MemoryStore {
  override nextToken(): string {
    return crypto.randomUUID();
  }
}

/** Shared by the queue and the results of one process. */
export class FileStore {
  readonly name: string;
  readonly clock: Clock;
  /** Rings when this process, or another one, has changed something. */
  readonly wake = new Wake();
  /** All jobs, as they were at the last call. Only to be used inside of {@linkcode FileStore.transaction}. */
  memory: MemoryStore;
  readonly #options: FileStoreOptions;
  readonly #path: string;
  readonly #journal: Journal;
  readonly #leases: LeaseFile;
  readonly #changed = new Set<string | null>();
  readonly #renewed = new Set<string>();
  readonly #ids = new Map<string, string>();
  #watcher: Deno.FsWatcher | undefined;
  #closed = false;

  /** @throws {NuvomError} `NUVOM_FILE_STORE` when the folder can't be made or read. */
  constructor(options: FileStoreOptions) {
    this.#options = options;
    this.#path = options.path;
    this.name = `file:${options.path}`;
    this.clock = options.clock ?? systemClock;
    this.#journal = new Journal(`${options.path}/journal`);
    this.#leases = new LeaseFile(`${options.path}/leases.json`);
    this.memory = this.#emptyMemory();
    this.transaction(() => {});
  }

  /**
   * Runs `fn`, which must not wait, on the jobs as they are now, and writes what it changed: all of it or nothing.
   * @throws {NuvomError} `NUVOM_FILE_STORE`, `NUVOM_FILE_LOCKED`; nothing was changed then.
   */
  transaction<T>(fn: (memory: MemoryStore) => T): T {
    let isBehind = true;
    try {
      return this.#locked(() => {
        this.#changed.clear();
        this.#renewed.clear();
        this.#catchUp();
        isBehind = false;
        const result = fn(this.memory);
        this.#write();
        return result;
      });
    } catch (error) {
      // What is in memory may never have been written, or not all that others wrote was read: it is read anew.
      const isLocked = error instanceof Deno.errors.Busy;
      if (!isLocked && (isBehind || this.#changed.size + this.#renewed.size > 0)) this.#journal.forget();
      throw isLocked ? storeLocked(this.#path) : folderFailed(this.#path, error);
    }
  }

  /** When something will become ready by itself, as far as was known at the last call; Infinity: never. */
  nextDue(): number {
    return this.memory.nextDue();
  }

  /**
   * Starts to listen to other processes; the first who waits does it.
   * @returns whether it has begun just now: what was written before must be looked for.
   */
  watch(): boolean {
    if (this.#closed || this.#watcher !== undefined) return false;
    try {
      this.#watcher = Deno.watchFs(this.#path, { recursive: false });
    } catch {
      return false;
    }
    this.#listen(this.#watcher);
    return true;
  }

  /** May be called twice. */
  close(): void {
    this.#closed = true;
    this.#watcher?.close();
    this.#watcher = undefined;
    this.wake.ring();
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind, paths } of watcher) {
        if (kind !== "access" && paths.some((path) => path.endsWith("/journal"))) this.wake.ring();
      }
    } catch { /* waiters look from time to time */ }
  }

  /** The lock is the kernel's: it goes with a process that is killed. */
  #locked<T>(fn: () => T): T {
    Deno.mkdirSync(`${this.#path}/jobs`, { recursive: true, mode: 0o700 });
    const file = Deno.openSync(`${this.#path}/lock`, { read: true, write: true, create: true, mode: 0o600 });
    try {
      this.#acquire(file);
      return fn();
    } finally {
      file.close();
    }
  }

  #acquire(file: Deno.FsFile): void {
    const until = performance.now() + (this.#options.busyTimeoutMs ?? 10_000);
    const cell = new Int32Array(new SharedArrayBuffer(4));
    while (!file.tryLockSync(true)) {
      if (performance.now() > until) throw new Deno.errors.Busy();
      Atomics.wait(cell, 0, 0, LOCK_PAUSE_MS);
    }
  }

  #catchUp(): void {
    const unfinished = this.#readJson<Changes>(REDO);
    if (unfinished !== null) this.#redo(unfinished);
    const names = this.#journal.news();
    if (names === null) this.#readAll();
    else {
      for (const name of new Set(names)) if (name !== REST) this.#readOne(name);
      if (names.includes(REST)) this.#readRest();
    }
    this.#leases.read(this.memory, names === null || names.length > 0);
  }

  #redo(changes: Changes): void {
    this.#journal.news();
    this.#journal.add(Object.keys(changes));
    this.#journal.forget();
    this.#apply(changes);
    this.#removeRedo();
  }

  #readAll(): void {
    this.memory = this.#emptyMemory();
    this.#ids.clear();
    for (const { name } of Deno.readDirSync(`${this.#path}/jobs`)) {
      // Left by a process that was killed; the lock is held, so nobody writes it.
      if (name.endsWith(".tmp")) removeIfThere(`${this.#path}/jobs/${name}`);
      else this.#readOne(name);
    }
    this.#readRest();
  }

  #readOne(name: string): void {
    const text = textIfThere(`${this.#path}/jobs/${name}`);
    const saved = text === null ? null : readJob(name, text);
    if (typeof saved === "string") return this.#quarantine(name, saved);
    const id = saved?.record.id ?? this.#ids.get(name);
    if (id === undefined) return;
    if (saved === null) this.#ids.delete(name);
    else this.#ids.set(name, id);
    this.memory.restore(id, saved);
  }

  #readRest(): void {
    const rest = this.#readJson<{ paused: string[]; heldKeys: HeldKey[] }>(REST);
    this.memory.restoreRest(rest?.paused ?? [], rest?.heldKeys ?? []);
  }

  #readJson<T>(name: string): T | null {
    const text = textIfThere(`${this.#path}/${name}`);
    try {
      return text === null ? null : JSON.parse(text);
    } catch {
      this.#moveAside(name, name, "it is no JSON");
      return null;
    }
  }

  #quarantine(name: string, why: string): void {
    this.#moveAside(`jobs/${name}`, name, why);
    const id = this.#ids.get(name);
    if (id !== undefined) this.memory.restore(id, null);
  }

  /** Whoever mends the file moves it back. */
  #moveAside(from: string, name: string, why: string): void {
    Deno.mkdirSync(`${this.#path}/corrupt`, { recursive: true, mode: 0o700 });
    Deno.renameSync(`${this.#path}/${from}`, `${this.#path}/corrupt/${name}`);
    this.#options.warn?.(`the file ${this.#path}/${from} is damaged (${why}); it was moved to ${this.#path}/corrupt`);
  }

  #write(): void {
    if (this.#renewed.size > 0) this.#leases.write(this.memory, this.#renewed);
    if (this.#changed.size === 0) return;
    const changes: Record<string, string | null> = {};
    for (const id of this.#changed) {
      if (id === null) changes[REST] = this.#restText();
      else {
        const saved = this.memory.saved(id);
        const name = fileNameOf(id);
        changes[name] = saved === null ? null : writeJob(saved);
        if (saved === null) this.#ids.delete(name);
        else this.#ids.set(name, id);
      }
    }
    this.#commit(changes);
    this.#changed.clear();
    this.wake.ring();
  }

  /** One file is whole by itself; several are done from the moment at which they stand in one, whatever comes between. */
  #commit(changes: Changes): void {
    const names = Object.keys(changes);
    if (names.length === 1) {
      this.#journal.add(names);
      return this.#apply(changes);
    }
    writeWhole(`${this.#path}/${REDO}`, JSON.stringify(changes));
    // It stands: from here on the change is made, now or by the next call.
    try {
      syncFolder(this.#path);
      this.#journal.add(names);
      this.#apply(changes);
      this.#removeRedo();
    } catch {
      // A disk that is full: the next call ends it, or fails before it does anything else.
      this.#journal.forget();
    }
  }

  /** Were it to come back with a power cut, it would undo what is written after it. */
  #removeRedo(): void {
    removeIfThere(`${this.#path}/${REDO}`);
    syncFolder(this.#path);
  }

  #apply(changes: Changes): void {
    for (const [name, text] of Object.entries(changes)) {
      const path = name === REST ? `${this.#path}/${REST}` : `${this.#path}/jobs/${name}`;
      if (text === null) removeIfThere(path);
      else writeWhole(path, text);
    }
    syncFolder(`${this.#path}/jobs`);
    if (changes[REST] !== undefined) syncFolder(this.#path);
  }

  #restText(): string {
    return `${JSON.stringify({ paused: [...this.memory.paused], heldKeys: this.memory.heldKeys }, null, 1)}\n`;
  }

  #emptyMemory(): MemoryStore {
    return new SharedMemory({
      clock: this.clock,
      changed: (id) => this.#changed.add(id),
      renewed: (id) => this.#renewed.add(id),
    });
  }
}
