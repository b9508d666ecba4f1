/** Who waits for work is woken: by this process, by other ones through LISTEN, by the end of a time. @module */

import type { Sql } from "postgres";
import type { Database } from "./database.ts";

/** How often the connection is tried, and how long its answer may take, in milliseconds. */
const BEAT_MS = 4_000;
const BEAT_LIMIT_MS = 3_000;
/** Between two tries to listen, in milliseconds. */
const PAUSE_MS = 500;

/** Rings for all who wait. */
export class Bell {
  readonly #waiting = new Set<() => void>();
  #count = 0;

  /** How often it has rung: who looks at the store and then waits must not miss a ring between the two. */
  get count(): number {
    return this.#count;
  }

  /** Wakes all that wait now. */
  ring(): void {
    this.#count++;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Waits for the next ring after the `since`th, for the end of the time, or for the signal. */
  wait(since: number, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#count !== since) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      this.#waiting.add(done);
    });
  }
}

/** Told what comes through a channel, and after each gap in the listening. */
export type Hears = (payload: string) => void;

/**
 * One connection that listens to all channels. It is tried every few seconds, because a half-open connection is silent as a
 * quiet one is, and made anew when it is gone. Whoever depends on it must look by himself now and then.
 */
export class Ear {
  readonly #database: Database;
  readonly #channels = new Map<string, Hears>();
  readonly #closing = new AbortController();
  #sql: Sql | undefined;
  #running: Promise<void> | undefined;

  /** Listens from the first channel on. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** Resolves when it listens, or when that was tried in vain: it is tried again. */
  async listen(channel: string, hears: Hears): Promise<void> {
    this.#channels.set(channel, hears);
    if (this.#running === undefined) {
      const first = Promise.withResolvers<void>();
      this.#running = this.#run(first.resolve);
      return await first.promise;
    }
    await this.#sql?.unsafe(`LISTEN ${quoted(channel)}`).simple().catch(() => {});
  }

  /** The channel is heard no more. */
  async unlisten(channel: string): Promise<void> {
    this.#channels.delete(channel);
    await this.#sql?.unsafe(`UNLISTEN ${quoted(channel)}`).simple().catch(() => {});
  }

  /** Ends the connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(tried: () => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      const gone = new AbortController();
      const sql = this.#sql = this.#database.listener({
        notified: (channel, payload) => this.#channels.get(channel)?.(payload),
        closed: () => gone.abort(),
      });
      const over = AbortSignal.any([signal, gone.signal]);
      try {
        const channels = [...this.#channels.keys()];
        await within(
          BEAT_LIMIT_MS + BEAT_MS,
          sql.unsafe(channels.map((name) => `LISTEN ${quoted(name)};`).join(" ")).simple(),
        );
        for (const hears of this.#channels.values()) hears("later");
        tried();
        while (!over.aborted) {
          await pause(BEAT_MS, over);
          if (!over.aborted) await within(BEAT_LIMIT_MS, sql.unsafe("SELECT 1").simple());
        }
      } catch {
        tried();
      }
      this.#sql = undefined;
      await sql.end({ timeout: 0 });
      await pause(PAUSE_MS, signal);
    }
  }
}

function quoted(name: string): string {
  return `"${name}"`;
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("late")), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
