/** Queue and results on PostgreSQL. @module */

import type { BackendOptions, Plugin, PluginContext, PluginSettings } from "nuvom";
import { Ear } from "./bell.ts";
import { Database } from "./database.ts";
import { PostgresQueue } from "./queue.ts";
import { PostgresResults } from "./results.ts";
import { readOptions, SETTINGS } from "./settings.ts";
import { Stores } from "./stores.ts";

/** The plugin `postgres`: the queue backend and the result backend of that name. */
export class Postgres implements Plugin {
  readonly name = "postgres";
  readonly provides = ["queue_backend", "result_backend"] as const;
  readonly settings = SETTINGS;
  #stores: Stores | undefined;

  /** Connects to nothing yet. @throws {NuvomError} `NUVOM_POSTGRES_URL`, `NUVOM_POSTGRES_SETTING` */
  start(settings: PluginSettings, context: PluginContext): void {
    const database = new Database(readOptions(settings));
    const stores = this.#stores = new Stores(database, new Ear(database));
    const open = (options: BackendOptions) => stores.open(options.namespace);
    context.registerQueueBackend(
      "postgres",
      async (options: BackendOptions) => new PostgresQueue(...await open(options)),
    );
    context.registerResultBackend(
      "postgres",
      async (options: BackendOptions) => new PostgresResults(...await open(options)),
    );
  }

  /** Rejects while the server does not answer. */
  async health(): Promise<void> {
    await this.#stores?.database.rows("SELECT 1");
  }

  /** Resolves when all connections have ended. */
  async stop(): Promise<void> {
    await this.#stores?.close();
  }
}

export default Postgres;
