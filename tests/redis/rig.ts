/** What the tests of the plugin `redis` share. @module */

import { RedisPlugin } from "../../plugins/redis/mod.ts";
import type { PluginContext, QueueBackend, QueueFactory, ResultBackend, ResultFactory } from "../../src/core/mod.ts";
import { noRedis } from "../servers/redis.ts";

const missing = await noRedis();

/** A test that needs a server; where there is none, it is left out and says why. */
export function redisTest(name: string, fn: (t: Deno.TestContext) => Promise<void>): void {
  Deno.test({ name: missing === null ? name : `${name} (left out: ${missing})`, ignore: missing !== null, fn });
}

/** The plugin, started without a realm. */
export class Started implements AsyncDisposable {
  readonly warnings: string[] = [];
  readonly plugin = new RedisPlugin();
  #queue!: QueueFactory;
  #results!: ResultFactory;

  /** @throws {NuvomError} what `start` throws. */
  static async with(settings: Record<string, unknown>): Promise<Started> {
    const started = new Started();
    await started.plugin.start(settings, {
      registerQueueBackend: (_name: string, factory: QueueFactory) => started.#queue = factory,
      registerResultBackend: (_name: string, factory: ResultFactory) => started.#results = factory,
      log: { debug() {}, info() {}, error() {}, warn: (text: string) => started.warnings.push(text) },
    } as unknown as PluginContext);
    return started;
  }

  queue(namespace = ""): QueueBackend {
    return (this.#queue as (options: object) => QueueBackend)({ namespace, settings: {} });
  }

  results(namespace = ""): ResultBackend {
    return (this.#results as (options: object) => ResultBackend)({ namespace, settings: {} });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.plugin.stop();
  }
}
