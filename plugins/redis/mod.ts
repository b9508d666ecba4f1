/** Jobs and results in Redis or Valkey. @module */

import type { Plugin, PluginContext, PluginSettings } from "nuvom";
import { Connection } from "./connection.ts";
import { RedisQueue } from "./queue.ts";
import { RedisResults } from "./results.ts";
import { keysOf } from "./options.ts";
import { readSettings, SETTINGS } from "./settings.ts";

/** The plugin `redis`: a queue and a result backend of that name, which share a store. */
export class RedisPlugin implements Plugin {
  readonly name = "redis";
  readonly provides = ["queue_backend", "result_backend"] as const;
  readonly settings = SETTINGS;
  #connection: Connection | undefined;

  /** @throws {NuvomError} `NUVOM_REDIS_…` when the settings are wrong, or the server can't be used. */
  async start(settings: PluginSettings, context: PluginContext): Promise<void> {
    const options = readSettings(settings);
    const connection = this.#connection = await Connection.open(options, context.log);
    context.registerQueueBackend("redis", ({ namespace }) => new RedisQueue(connection, keysOf(options, namespace)));
    context.registerResultBackend("redis", ({ namespace }) => new RedisResults(connection, keysOf(options, namespace)));
  }

  /** Ends the connections. */
  stop(): void {
    this.#connection?.close();
  }

  /** @throws {NuvomError} `NUVOM_REDIS_…` when the server does not answer. */
  async health(): Promise<void> {
    await this.#connection?.ping();
  }
}

export default RedisPlugin;
