/** A result backend of a plugin, as the worker and the client see it. @module */

import type { ErrorData, FinishedJob, PruneRequest, ResultBackend, ResultQuery } from "../core/mod.ts";
import { errorData, finishedJob } from "./answers.ts";
import { RemoteBackend, type RemoteParts } from "./remote_backend.ts";
import { count, list, nothing, nullable, text } from "./shape.ts";

/** Every answer is checked: a backend that makes no sense rejects with `NUVOM_PLUGIN_ANSWER` and harms nobody else. */
export class RemoteResults implements ResultBackend {
  readonly store: string | undefined;
  /** Undefined where the backend has none. */
  readonly prune?: (request: PruneRequest) => Promise<number>;
  readonly #remote: RemoteBackend;

  /** The backend is open already. */
  constructor(parts: RemoteParts) {
    this.#remote = new RemoteBackend(parts);
    this.store = this.#remote.store;
    if (parts.link.opened.capabilities.includes("prune")) {
      this.prune = (request) => this.#remote.call("prune", [request], count);
    }
  }

  setResult(job: FinishedJob): Promise<void> {
    return this.#remote.call("setResult", [job], nothing);
  }

  setError(job: FinishedJob): Promise<void> {
    return this.#remote.call("setError", [job], nothing);
  }

  setMany(jobs: readonly FinishedJob[]): Promise<void> {
    return this.#remote.call("setMany", [jobs], nothing);
  }

  getResult(id: string): Promise<string | null> {
    return this.#remote.call("getResult", [id], nullable(text));
  }

  getError(id: string): Promise<ErrorData | null> {
    return this.#remote.call("getError", [id], nullable(errorData));
  }

  getFull(id: string): Promise<FinishedJob | null> {
    return this.#remote.call("getFull", [id], nullable(finishedJob));
  }

  listJobs(query: ResultQuery): Promise<FinishedJob[]> {
    return this.#remote.call("listJobs", [query], list(finishedJob));
  }

  close(): Promise<void> {
    return this.#remote.close();
  }
}
