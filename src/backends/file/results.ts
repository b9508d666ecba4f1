/** The file results: finished jobs, in the files that the queue's settle left. @module */

import type { ErrorData, FinishedJob, PruneRequest, ResultBackend, ResultQuery } from "../../core/mod.ts";
import { MemoryResults } from "../memory/results.ts";
import type { FileStore } from "./store.ts";

/** Also takes the finished jobs of other queues. */
export class FileResults implements ResultBackend {
  readonly store: string;
  readonly #store: FileStore;

  /** @param store Shared with the queue; closed by its owner. */
  constructor(store: FileStore) {
    this.#store = store;
    this.store = store.name;
  }

  setResult(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setError(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setMany(jobs: readonly FinishedJob[]): Promise<void> {
    return this.#do((results) => results.setMany(jobs));
  }

  getResult(id: string): Promise<string | null> {
    return this.#do((results) => results.getResult(id));
  }

  getError(id: string): Promise<ErrorData | null> {
    return this.#do((results) => results.getError(id));
  }

  getFull(id: string): Promise<FinishedJob | null> {
    return this.#do((results) => results.getFull(id));
  }

  listJobs(query: ResultQuery): Promise<FinishedJob[]> {
    return this.#do((results) => results.listJobs(query));
  }

  prune(request: PruneRequest): Promise<number> {
    return this.#do((results) => results.prune(request));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async #do<T>(work: (results: MemoryResults) => Promise<T>): Promise<T> {
    return this.#store.transaction((memory) => work(new MemoryResults({ store: memory })));
  }
}
