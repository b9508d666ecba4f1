/** The memory results: finished jobs as long as the process lives. @module */

import type { ErrorData, FinishedJob, PruneRequest, ResultBackend, ResultQuery } from "../../core/mod.ts";
import { inListOrder, selects } from "../listing.ts";
import { MemoryStore } from "./store.ts";

/** Reads what the queue's settle left in the shared store. */
export class MemoryResults implements ResultBackend {
  readonly store: string;
  readonly #store: MemoryStore;

  /** @param options `store`: shared with the queue. */
  constructor(options: { readonly store?: MemoryStore } = {}) {
    this.#store = options.store ?? new MemoryStore();
    this.store = this.#store.name;
  }

  setResult(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setError(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setMany(jobs: readonly FinishedJob[]): Promise<void> {
    for (const job of jobs) this.#store.finish(job);
    return Promise.resolve();
  }

  async getResult(id: string): Promise<string | null> {
    return (await this.getFull(id))?.result ?? null;
  }

  async getError(id: string): Promise<ErrorData | null> {
    return (await this.getFull(id))?.error ?? null;
  }

  getFull(id: string): Promise<FinishedJob | null> {
    return Promise.resolve(this.#store.finished.get(id) ?? null);
  }

  listJobs(query: ResultQuery): Promise<FinishedJob[]> {
    const found = [...this.#store.finished.values()].filter((job) => selects(query, job));
    return Promise.resolve(found.sort(inListOrder).slice(0, query.limit));
  }

  prune(request: PruneRequest): Promise<number> {
    return Promise.resolve(this.#store.prune(request));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
