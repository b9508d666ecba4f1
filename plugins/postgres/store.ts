/** One schema: its tables, and when something in it becomes ready. Shared by the queue and the results of one process. @module */

import { Bell, type Ear } from "./bell.ts";
import type { Database } from "./database.ts";
import { migrate } from "./migrate.ts";

/** Without any wake-up the tables are looked at again after this long, in milliseconds. */
export const LOOK_AGAIN_MS = 2_000;
/** Dead rows of `live` that are worth a clean-up: every look for work passes those at its head. */
const CLEAN_UP_AFTER = 20_000;

/** How a store is opened. */
export interface StoreParts {
  readonly database: Database;
  readonly ear: Ear;
  /** Not quoted. */
  readonly schema: string;
}

/** Opened by {@linkcode Store.open}. */
export class Store {
  readonly database: Database;
  /** Names it for {@linkcode QueueBackend.store}. */
  readonly name: string;
  /** For statements: quoted. */
  readonly s: string;
  /** Rings when something may have become ready. */
  readonly bell = new Bell();
  /** Where waiting workers of all processes listen. */
  readonly channel: string;
  readonly #ear: Ear;
  #dueAt = 0;
  #looking: Promise<void> | undefined;
  #dead = 0;
  #cleaning = false;

  private constructor({ database, ear, schema }: StoreParts) {
    const { host, port, database: name } = database.options.address;
    this.database = database;
    this.name = `${host}:${port}/${name}/${schema}`;
    this.s = `"${schema}"`;
    this.channel = channelOf(schema);
    this.#ear = ear;
  }

  /** @throws {NuvomError} `NUVOM_POSTGRES_…` */
  static async open(parts: StoreParts): Promise<Store> {
    await migrate(parts.database, parts.schema, channelOf(parts.schema));
    const store = new Store(parts);
    await parts.ear.listen(store.channel, (payload) => store.#hear(payload));
    return store;
  }

  /** How long until jobs become ready by themselves, as far as is known here, in milliseconds; 0 or less: look. */
  get dueInMs(): number {
    return this.#dueAt - performance.now();
  }

  /** Jobs become ready in so many milliseconds. */
  dueWithin(ms: number): void {
    this.#dueAt = Math.min(this.#dueAt, performance.now() + ms);
  }

  /**
   * Looks when it is time; who comes while someone looks waits for what that finds.
   *
   * @param look Makes ready what is due, and answers in how many milliseconds the next is.
   */
  async lookWhenDue(look: () => Promise<number>): Promise<void> {
    if (this.dueInMs <= 0) this.#looking = this.#look(look);
    await this.#looking;
  }

  /**
   * So many jobs were leased. Each leaves a dead row behind: once these are many they are swept, without anyone waiting for it.
   */
  handedOut(count: number, leaseMs: number): void {
    this.dueWithin(leaseMs);
    this.#dead += count;
    if (this.#dead < CLEAN_UP_AFTER || this.#cleaning) return;
    this.#dead = 0;
    this.#cleaning = true;
    // Only the owner of the table may; for others autovacuum does it, later.
    void this.database.script(`VACUUM (SKIP_LOCKED) ${this.s}.live`).catch(() => {}).finally(() =>
      this.#cleaning = false
    );
  }

  /** Hears nothing more. */
  async close(): Promise<void> {
    this.bell.ring();
    await this.#ear.unlisten(this.channel);
  }

  /** What is noted while it looks may have come too late to be seen, and counts. */
  async #look(look: () => Promise<number>): Promise<void> {
    this.#dueAt = performance.now() + LOOK_AGAIN_MS;
    try {
      this.dueWithin(await look());
    } catch (error) {
      this.dueWithin(0);
      throw error;
    }
  }

  #hear(payload: string): void {
    if (payload === "later") this.#dueAt = 0;
    this.bell.ring();
  }
}

function channelOf(schema: string): string {
  return `nuvom:${schema}`;
}
