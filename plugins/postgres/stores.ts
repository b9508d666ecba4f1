/** The stores of one process: one for each namespace, shared by whoever opens it. @module */

import type { Ear } from "./bell.ts";
import type { Database } from "./database.ts";
import { Store } from "./store.ts";

/** Namespaces of tests: nothing else would remove them. */
const SCRATCH = "nuvom_test_";
/** So many of them are kept that nobody uses: a test may open one again. */
const SCRATCH_KEPT = 4;

interface Opened {
  readonly store: Promise<Store>;
  users: number;
}

/** Opens stores, and closes those that nobody uses any more. */
export class Stores {
  readonly database: Database;
  readonly #ear: Ear;
  readonly #opened = new Map<string, Opened>();
  readonly #scratch = new Set<string>();

  /** Opens nothing yet. */
  constructor(database: Database, ear: Ear) {
    this.database = database;
    this.#ear = ear;
  }

  /**
   * The store of a namespace, and what its user calls once to give it back.
   * @throws {NuvomError} `NUVOM_POSTGRES_…`
   */
  async open(namespace: string): Promise<[store: Store, release: () => Promise<void>]> {
    const schema = namespace === "" ? this.database.options.schema : `${this.database.options.schema}_${namespace}`;
    const known = this.#opened.get(schema);
    const opened = known ?? { store: this.#openStore(schema, namespace), users: 0 };
    this.#opened.set(schema, opened);
    opened.users++;
    let released: Promise<void> | undefined;
    const release = () => released ??= this.#release(schema, opened);
    try {
      return [await opened.store, release];
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Closes all. */
  async close(): Promise<void> {
    await this.#ear.close();
    await Promise.all([...this.#scratch].map((schema) => this.#drop(schema)));
    await this.database.close();
  }

  #openStore(schema: string, namespace: string): Promise<Store> {
    if (namespace.startsWith(SCRATCH)) this.#scratch.add(schema);
    for (const old of [...this.#scratch].filter((one) => !this.#opened.has(one)).slice(0, -SCRATCH_KEPT)) {
      void this.#drop(old);
    }
    return Store.open({ database: this.database, ear: this.#ear, schema });
  }

  async #drop(schema: string): Promise<void> {
    this.#scratch.delete(schema);
    await this.database.script(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`).catch(() => {});
  }

  async #release(schema: string, opened: Opened): Promise<void> {
    if (--opened.users > 0) return;
    if (this.#opened.get(schema) === opened) this.#opened.delete(schema);
    await opened.store.then((store) => store.close(), () => {});
  }
}
