/** One SQLite database: the connection, its transactions, and who waits for its changes. @module */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type Clock, systemClock } from "../../core/mod.ts";
import { databaseGone, folderMissing, fromSqlite } from "../errors.ts";
import { Wake } from "../wake.ts";
import { migrate } from "./schema.ts";
import { WalWatcher } from "./wal_watcher.ts";
import { WatchedFile } from "./watched_file.ts";

/** How a database is opened. */
export interface SqliteOptions {
  /** Its folder is made when it is missing. */
  readonly path: string;
  /**
   * `NORMAL`: a crash of the process loses nothing, a power cut may lose the last moments. `FULL`: nor does a power cut.
   * @default "NORMAL"
   */
  readonly synchronous?: "NORMAL" | "FULL";
  readonly clock?: Clock;
  /** How long a write waits for other processes, in milliseconds; opening waits five times as long. @default 2000 */
  readonly busyTimeoutMs?: number;
}

/** What the types of the platform do not know yet. */
interface ArrayStatement extends StatementSync {
  setReturnArrays(enabled: boolean): void;
}

/** Another process may be migrating, which takes longer than any other write. */
const OPENING_PATIENCE = 5;

/** Between two tries to change the mode of the database. */
const RETRY_MS = 2;

/**
 * The log is written back into the database when it has so many pages (16 MiB): the pages that every job changes are
 * then synced once for thousands of jobs. Four times SQLite's own number; more gains little.
 */
const CHECKPOINT_PAGES = 4_000;

/**
 * Opens or creates a database.
 * @throws {NuvomError} `NUVOM_SQLITE_OPEN`, `_LOCKED`, `_READONLY`, `_CORRUPT`, `_FOREIGN`, `_NEWER`, `_FULL`
 */
export function openSqlite(options: SqliteOptions): SqliteStore {
  makeFolder(options.path);
  return new SqliteStore(openDatabase(options), options);
}

function openDatabase(options: SqliteOptions): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    const busyTimeoutMs = options.busyTimeoutMs ?? 2_000;
    db = new DatabaseSync(options.path, { timeout: busyTimeoutMs * OPENING_PATIENCE });
    db.exec("PRAGMA temp_store = MEMORY; PRAGMA cache_size = -65536;");
    migrate(db, options.path);
    enterWal(db, performance.now() + busyTimeoutMs * OPENING_PATIENCE);
    db.exec(`PRAGMA synchronous = ${options.synchronous ?? "NORMAL"};`);
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}; PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return db;
  } catch (error) {
    db?.close();
    throw fromSqlite(options.path, error);
  }
}

/** SQLite does not wait by itself for another process that changes the mode at the same moment. */
function enterWal(db: DatabaseSync, until: number): void {
  for (const cell = new Int32Array(new SharedArrayBuffer(4));;) {
    try {
      return db.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (performance.now() > until || !(error as Error).message.includes("database is locked")) throw error;
      Atomics.wait(cell, 0, 0, RETRY_MS);
    }
  }
}

function makeFolder(path: string): void {
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder === "") return;
  try {
    Deno.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw folderMissing(path, error);
  }
}

/** Shared by the queue and the results of one process. Made by {@linkcode openSqlite}. */
export class SqliteStore {
  readonly name: string;
  readonly clock: Clock;
  /** Rings when this process, or another one, has changed the database. */
  readonly wake = new Wake();
  #db: DatabaseSync;
  readonly #options: SqliteOptions;
  readonly #path: string;
  readonly #durable: boolean;
  readonly #statements = new Map<string, StatementSync>();
  readonly #watcher: WalWatcher;
  readonly #file: WatchedFile;
  /** Changes with every commit of another connection; undefined: of another file. */
  #version: number | undefined;
  #closed = false;

  /** Use {@linkcode openSqlite}. */
  constructor(db: DatabaseSync, options: SqliteOptions) {
    this.#db = db;
    this.#options = options;
    this.#path = options.path;
    this.#file = new WatchedFile(options.path);
    this.#durable = options.synchronous === "FULL";
    this.name = `sqlite:${options.path}`;
    this.clock = options.clock ?? systemClock;
    this.#watcher = new WalWatcher(`${options.path}-wal`, () => this.#heard());
  }

  /** Runs a statement for its effect; answers how many rows changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** The first row. */
  get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#prepare(sql).get(...values) as T | undefined;
  }

  /** All rows. */
  all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#prepare(sql).all(...values) as T[];
  }

  /** All rows, each an array of its columns. */
  rows<T extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): T[] {
    return this.#prepare(sql, true).all(...values) as unknown as T[];
  }

  /** Does all of `fn` or nothing. @throws {NuvomError} `NUVOM_SQLITE_…` */
  write<T>(fn: () => T): T {
    return this.#transaction("BEGIN IMMEDIATE", fn);
  }

  /**
   * The same, and never waits for the disk: a power cut may undo it, unless a {@linkcode SqliteStore.write} came after.
   * For what only counts while its process lives.
   */
  writeLoosely<T>(fn: () => T): T {
    if (!this.#durable) return this.write(fn);
    this.#guarded(() => this.#db.exec("PRAGMA synchronous = NORMAL"));
    try {
      return this.write(fn);
    } finally {
      this.#db.exec("PRAGMA synchronous = FULL");
    }
  }

  /** Each statement sees what is committed when it runs. @throws {NuvomError} `NUVOM_SQLITE_…` */
  read<T>(fn: () => T): T {
    return this.#guarded(() => {
      this.#reopenIfReplaced();
      return fn();
    });
  }

  /** All statements see the same moment. @throws {NuvomError} `NUVOM_SQLITE_…` */
  readTogether<T>(fn: () => T): T {
    return this.#transaction("BEGIN", fn);
  }

  /**
   * Starts to listen to other processes; the first who waits does it.
   * @returns whether it has begun just now: what was written before must be looked for.
   */
  watch(): boolean {
    if (this.#closed || !this.#watcher.start()) return false;
    this.#version = this.#versionNow();
    return true;
  }

  /** May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watcher.stop();
    this.wake.ring();
    this.#statements.clear();
    this.#db.close();
  }

  /** The log has changed. Our own writes wake who has to be woken by themselves, and come many times as often as others'. */
  #heard(): void {
    if (this.#closed) return;
    const version = this.#versionNow();
    if (version !== undefined && version === this.#version) return;
    this.#version = version;
    this.wake.ring();
  }

  /** Undefined where it can't be read: whoever looks for jobs will hear why. */
  #versionNow(): number | undefined {
    try {
      return this.read(() => this.get<{ data_version: number }>("PRAGMA data_version")!.data_version);
    } catch {
      return undefined;
    }
  }

  /** A text is always run in the same way, by one of the methods above. */
  #prepare(sql: string, asArrays = false): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      this.#statements.set(sql, statement = this.#db.prepare(sql));
      if (asArrays) (statement as ArrayStatement).setReturnArrays(true);
    }
    return statement;
  }

  #transaction<T>(begin: string, fn: () => T): T {
    return this.#guarded(() => {
      this.#reopenIfReplaced();
      this.#db.exec(begin);
      try {
        const result = fn();
        this.#db.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk rolls back by itself.
        if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** A deleted file would take jobs in silence until it is closed; another one in its place is the one that is meant. */
  #reopenIfReplaced(): void {
    if (this.#db.isTransaction) return;
    const state = this.#file.look();
    if (state === "same") return;
    if (state === "gone") throw databaseGone(this.#path);
    const db = openDatabase(this.#options);
    this.#watcher.replaced();
    this.#statements.clear();
    this.#db.close();
    this.#db = db;
    this.#version = undefined;
    this.#file.accept();
  }

  #guarded<T>(fn: () => T): T {
    try {
      return fn();
    } catch (error) {
      throw fromSqlite(this.#path, error);
    }
  }
}
