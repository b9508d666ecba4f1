/** Queue and results of a project: the only file that names concrete backends. @module */

import { type Clock, didYouMean, NuvomError, type QueueBackend, type ResultBackend, toErrorData } from "../core/mod.ts";
import {
  FileQueue,
  FileResults,
  FileStore,
  MemoryQueue,
  MemoryResults,
  MemoryStore,
  openSqlite,
  SqliteQueue,
  SqliteResults,
  type SqliteStore,
} from "../backends/mod.ts";
import type { PluginHost } from "../host/mod.ts";
import type { Settings } from "../settings/mod.ts";
import { forgetting } from "./forgetting.ts";

/** What {@linkcode Backends} are opened with. */
export interface BackendsParts {
  readonly values: Settings;
  /** Named in errors. */
  readonly manifestPath: string;
  readonly clock: Clock;
  /** Of the plugins, which may register backends. */
  readonly host: () => Promise<PluginHost>;
  readonly warn: (message: string) => void;
}

/** Queue and results, opened. */
export interface OpenBackends {
  readonly queue: QueueBackend;
  readonly results: ResultBackend;
}

/** How a backend inside nuvom is opened. */
interface Builtin {
  readonly queue: (stores: Stores) => QueueBackend;
  readonly results: (stores: Stores) => ResultBackend;
}

const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ["memory", {
    queue: (stores) => new MemoryQueue({ store: stores.memory() }),
    results: (stores) => new MemoryResults({ store: stores.memory() }),
  }],
  ["file", {
    queue: (stores) => new FileQueue(stores.file()),
    results: (stores) => new FileResults(stores.file()),
  }],
  ["sqlite", {
    queue: (stores) => new SqliteQueue(stores.sqlite()),
    results: (stores) => new SqliteResults(stores.sqlite()),
  }],
]);

/** Names of the backends inside nuvom. */
export const BUILTIN_BACKENDS: readonly string[] = [...BUILTINS.keys()];

/** The stores that built-in backends share; each is opened when it is first needed. */
class Stores {
  readonly #parts: BackendsParts;
  #file: FileStore | undefined;
  #memory: MemoryStore | undefined;
  #sqlite: SqliteStore | undefined;

  constructor(parts: BackendsParts) {
    this.#parts = parts;
  }

  file(): FileStore {
    const { values, clock, warn } = this.#parts;
    return this.#file ??= new FileStore({ path: values.filePath, clock, warn });
  }

  memory(): MemoryStore {
    return this.#memory ??= new MemoryStore({ clock: this.#parts.clock });
  }

  sqlite(): SqliteStore {
    const { values: { sqlitePath, sqliteSynchronous }, clock } = this.#parts;
    return this.#sqlite ??= openSqlite({ path: sqlitePath, synchronous: sqliteSynchronous, clock });
  }

  close(): void {
    this.#file?.close();
    this.#sqlite?.close();
  }
}

/** Opens what the settings name: nuvom's own, else what a plugin registers under the name. */
export class Backends {
  readonly #parts: BackendsParts;
  readonly #stores: Stores;
  #opened: Promise<OpenBackends> | undefined;

  /** Opens nothing until it is asked for. */
  constructor(parts: BackendsParts) {
    this.#parts = parts;
    this.#stores = new Stores(parts);
  }

  /** Both, once for all; what could not be opened is tried again. @throws {NuvomError} `NUVOM_BACKEND_UNKNOWN`, … */
  open(): Promise<OpenBackends> {
    return this.#opened ??= forgetting(this.#open(), () => this.#opened = undefined);
  }

  /** Closes what was opened; plugins are still needed for theirs. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    for (const backend of [opened?.queue, opened?.results]) await this.#close(backend);
  }

  /** The end of all. */
  closeStores(): void {
    this.#stores.close();
  }

  async #open(): Promise<OpenBackends> {
    const { queueBackend, resultBackend } = this.#parts.values;
    const queue = await this.#queue(queueBackend);
    try {
      return { queue, results: await this.#results(resultBackend) };
    } catch (error) {
      await this.#close(queue);
      throw error;
    }
  }

  async #queue(name: string): Promise<QueueBackend> {
    const builtin = BUILTINS.get(name);
    if (builtin !== undefined) return builtin.queue(this.#stores);
    const host = await this.#parts.host();
    await host.startBackend("queue_backend", name);
    const queue = await host.queueBackend(name);
    if (queue === null) throw this.#unknown("queue", name, host.backendNames("queue_backend"));
    return queue;
  }

  async #results(name: string): Promise<ResultBackend> {
    const builtin = BUILTINS.get(name);
    if (builtin !== undefined) return builtin.results(this.#stores);
    const host = await this.#parts.host();
    await host.startBackend("result_backend", name);
    const results = await host.resultBackend(name);
    if (results === null) throw this.#unknown("result", name, host.backendNames("result_backend"));
    return results;
  }

  #unknown(kind: "queue" | "result", name: string, registered: readonly string[]): NuvomError {
    const known = [...BUILTIN_BACKENDS, ...registered];
    return new NuvomError("NUVOM_BACKEND_UNKNOWN", {
      what: `There is no ${kind} backend "${name}" (NUVOM_${kind.toUpperCase()}_BACKEND).`,
      mend: `${didYouMean(name, known, `${kind} backend`)} A plugin under ${kind}_backend in ` +
        `${this.#parts.manifestPath} can register it.`,
      exitCode: 3,
    });
  }

  async #close(backend: QueueBackend | ResultBackend | undefined): Promise<void> {
    try {
      await backend?.close();
    } catch (error) {
      this.#parts.warn(`a backend could not be closed: ${toErrorData(error).message}`);
    }
  }
}
