/** The plugin `postgres` of tests: on a server of their own, in this process. @module */

import type { BackendOptions, PluginContext, QueueBackend, ResultBackend } from "nuvom";
import { Postgres } from "../../plugins/postgres/mod.ts";
import { findPostgres, PostgresServer } from "../servers/postgres.ts";

/** Why tests are left out, as the end of their names; empty where there is a server, or one can be started. */
export const LEFT_OUT: string = givenUrl() !== undefined || await findPostgres() !== null
  ? ""
  : " (left out: there is no PostgreSQL, and NUVOM_TEST_POSTGRES_URL is not set)";

/** Where a server answers. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
}

/** The server of `NUVOM_TEST_POSTGRES_URL`, or else a private one. */
export async function testServer(): Promise<TestServer> {
  const given = givenUrl();
  if (given !== undefined) return { url: given, [Symbol.asyncDispose]: () => Promise.resolve() };
  const server = await PostgresServer.start();
  return { url: server.url(), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function givenUrl(): string | undefined {
  return Deno.env.get("NUVOM_TEST_POSTGRES_URL") || undefined;
}

/** A started plugin. Disposing stops it. */
export class Started implements AsyncDisposable {
  readonly plugin = new Postgres();
  readonly #factories = new Map<string, (options: BackendOptions) => Promise<unknown>>();

  /** @param settings Of the plugin: at least `url`. */
  constructor(settings: Readonly<Record<string, unknown>>) {
    const register = (kind: string) => (_name: string, factory: unknown) =>
      void this.#factories.set(kind, factory as (options: BackendOptions) => Promise<unknown>);
    const context = { registerQueueBackend: register("queue"), registerResultBackend: register("results") };
    this.plugin.start(settings, context as unknown as PluginContext);
  }

  queue(namespace = ""): Promise<QueueBackend> {
    return this.#open("queue", namespace) as Promise<QueueBackend>;
  }

  results(namespace = ""): Promise<ResultBackend> {
    return this.#open("results", namespace) as Promise<ResultBackend>;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.plugin.stop();
  }

  #open(kind: string, namespace: string): Promise<unknown> {
    return this.#factories.get(kind)!({ namespace, settings: {} });
  }
}

/** Closing a backend stops the plugin that it is of. */
export function closing<B extends QueueBackend | ResultBackend>(backend: B, started: Started): B {
  const close = backend.close.bind(backend);
  let closed: Promise<void> | undefined;
  return Object.assign(backend, { close: () => closed ??= close().then(() => started.plugin.stop()) });
}
