/** What a worker of nuvom left in Redis: the harness reads it from outside, so that the worker tells nothing. @module */

import { Redis } from "ioredis";
import type { Kind } from "./adapter.ts";
import type { HeldStore } from "./nuvom_store.ts";

const KEYS = "{nuvom}:";

/** A look into the keys of the plugin `redis`; `plugins/redis/scripts/library.ts` has them. */
export class NuvomRedis implements HeldStore {
  readonly #redis: Redis;

  constructor(port: number) {
    this.#redis = new Redis({ host: "127.0.0.1", port, lazyConnect: true });
  }

  /** Jobs that are done and have their result. */
  async doneCount(): Promise<number> {
    return (await this.#ends()).length;
  }

  /** Jobs that wait and are due. */
  waitingCount(): Promise<number> {
    return this.#redis.zcard(`${KEYS}q:default`);
  }

  /** When the last job was done, in milliseconds since the epoch. */
  async lastDoneAt(): Promise<number> {
    const [, at] = await this.#redis.zrange(`${KEYS}done:S`, "-1", "-1", "WITHSCORES");
    return Number(at);
  }

  /** Who runs a job now. */
  async runningOn(): Promise<string | null> {
    const [id] = await this.#redis.zrange(`${KEYS}l`, "0", "0");
    const state = id === undefined ? null : await this.#redis.hget(`${KEYS}state`, id);
    return state === null ? null : String(JSON.parse(state)[8]);
  }

  /** Results that are numbers, in the order of the jobs; the kind is that of all of them. */
  async results(_kind: Kind): Promise<number[]> {
    return (await this.#ends()).sort(([a], [b]) => a < b ? -1 : 1).map(([, result]) => Number(result));
  }

  /** Nothing is leased until {@linkcode NuvomRedis.release}. */
  async hold(): Promise<void> {
    await this.#redis.sadd(`${KEYS}paused`, "default");
  }

  /** Answers when that was. */
  async release(): Promise<number> {
    await this.#redis.srem(`${KEYS}paused`, "default");
    await this.#redis.publish(`${KEYS}wake`, "default");
    return Date.now();
  }

  /** Ids and results of the jobs that succeeded. */
  async #ends(): Promise<[id: string, result: string][]> {
    const ends = new Map<string, string>();
    let cursor = "0";
    do {
      const [next, fields] = await this.#redis.hscan(`${KEYS}state`, cursor, "COUNT", 5_000);
      for (let at = 0; at < fields.length; at += 2) {
        const [array, result] = fields[at + 1]!.split("\n");
        if (array!.startsWith('["S"') && result !== undefined) ends.set(fields[at]!, result);
      }
      cursor = next;
    } while (cursor !== "0");
    return [...ends];
  }

  close(): void {
    this.#redis.disconnect();
  }
}
