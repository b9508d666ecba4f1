/** The results: finished jobs, as the queue's settle left them. @module */

import type { ErrorData, FinishedJob, PruneRequest, ResultBackend, ResultQuery } from "nuvom";
import type { Connection } from "./connection.ts";
import { pruneFinished } from "./prune.ts";
import { finishedValues, jobRecord, letterOf } from "./records.ts";
import { wire } from "./wire.ts";

/** Records that are read with one script. */
const PAGE = 500;

/** Also takes the finished jobs of other queues. */
export class RedisResults implements ResultBackend {
  readonly store: string;
  readonly #connection: Connection;
  readonly #keys: string;

  /** @param keys What all keys of the namespace begin with. */
  constructor(connection: Connection, keys: string) {
    this.#connection = connection;
    this.#keys = keys;
    this.store = keys;
  }

  setResult(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setError(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  async setMany(jobs: readonly FinishedJob[]): Promise<void> {
    if (jobs.length > 0) await this.#connection.run("keep", this.#keys, wire(jobs.flatMap(finishedValues)));
  }

  async getResult(id: string): Promise<string | null> {
    return (await this.getFull(id))?.result ?? null;
  }

  async getError(id: string): Promise<ErrorData | null> {
    return (await this.getFull(id))?.error ?? null;
  }

  async getFull(id: string): Promise<FinishedJob | null> {
    const [job] = await this.#records([id]);
    return job ?? null;
  }

  async listJobs(query: ResultQuery): Promise<FinishedJob[]> {
    const { states = ["SUCCESS", "FAILED", "CANCELLED"], limit, task = "", queue = "" } = query;
    const high = query.before === undefined ? "+inf" : `(${query.before}`;
    const low = query.since ?? "-inf";
    const letters = states.map(letterOf).join("");
    const jobs: FinishedJob[] = [];
    let [at, id]: [number, string] = query.after === undefined ? [0, ""] : [query.after.finishedAt, query.after.id];
    while (jobs.length < limit) {
      const most = Math.min(PAGE, limit - jobs.length);
      const answer = await this.#connection.run("list", this.#keys, letters, most, high, low, task, queue, at, id);
      const [stopAt, stopId, ...ids]: [number, string, ...string[]] = JSON.parse(answer);
      jobs.push(...await this.#records(ids));
      if (stopId === "") break;
      [at, id] = [stopAt, stopId];
    }
    return jobs;
  }

  prune(request: PruneRequest): Promise<number> {
    return pruneFinished(this.#connection, this.#keys, request);
  }

  /** The connection is its owner's. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Those of the jobs that have ended. */
  async #records(ids: readonly string[]): Promise<FinishedJob[]> {
    if (ids.length === 0) return [];
    const [now, ...texts]: [number, ...string[]] = JSON.parse(
      await this.#connection.run("inspect", this.#keys, wire(ids)),
    );
    return ids.flatMap((id, index) => {
      const job = jobRecord(id, texts.slice(index * 3, index * 3 + 3), now);
      return job === null || job.finishedAt === null ? [] : [job as FinishedJob];
    });
  }
}
