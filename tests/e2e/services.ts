/** Real services on free ports of this machine, each with a folder of its own. @module */

import { findPostgres, PostgresServer } from "../servers/postgres.ts";
import { freePort } from "../servers/free_port.ts";

/** Programs that tests start. */
export type Service = "redis-server" | "postgres" | "nats-server";

const START_MS = 20_000;

/** What {@linkcode Services.start} started; disposing ends it. */
export class Services implements AsyncDisposable {
  readonly #ports = new Map<Service, number>();
  readonly #undo = new AsyncDisposableStack();

  /** Which programs are not there. */
  static async missing(): Promise<ReadonlySet<string>> {
    const all: Service[] = ["redis-server", "postgres", "nats-server"];
    const found = await Promise.all(all.map(isThere));
    return new Set(all.filter((_, i) => !found[i]));
  }

  /** Starts all but the missing ones. */
  static async start(missing: ReadonlySet<string>): Promise<Services> {
    const services = new Services();
    try {
      if (!missing.has("redis-server")) await services.#redis();
      if (!missing.has("nats-server")) await services.#nats();
      if (!missing.has("postgres")) await services.#postgres();
      return services;
    } catch (error) {
      await services[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** On 127.0.0.1. */
  port(service: Service): number {
    return this.#ports.get(service)!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#undo.disposeAsync();
  }

  async #redis(): Promise<void> {
    const port = freePort();
    await this.#spawn("redis-server", port, ["--port", `${port}`, "--bind", "127.0.0.1", "--save", ""]);
  }

  async #nats(): Promise<void> {
    const port = freePort();
    await this.#spawn("nats-server", port, ["--addr", "127.0.0.1", "--port", `${port}`]);
  }

  async #postgres(): Promise<void> {
    const server = this.#undo.use(await PostgresServer.start());
    await server.sql("CREATE ROLE nuvom LOGIN");
    this.#ports.set("postgres", server.port);
  }

  async #spawn(
    service: Service,
    port: number,
    args: readonly string[],
  ): Promise<void> {
    const cwd = await this.#folder();
    const child = new Deno.Command(service, {
      args: [...args],
      cwd,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#undo.defer(async () => {
      child.kill("SIGKILL");
      await child.status;
    });
    await listening(service, port);
    this.#ports.set(service, port);
  }

  async #folder(): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
    this.#undo.defer(() => Deno.remove(folder, { recursive: true }));
    return folder;
  }
}

/** Takes what exporters of OpenTelemetry send, and keeps the bodies. */
export function otelCollector(): AsyncDisposable & { readonly port: number; readonly received: string[] } {
  const received: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (new URL(request.url).pathname === "/v1/traces") received.push(await request.text());
    return Response.json({});
  });
  return { port: server.addr.port, received, [Symbol.asyncDispose]: () => server.shutdown() };
}

async function isThere(service: Service): Promise<boolean> {
  if (service === "postgres") return await findPostgres() !== null;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (await Deno.stat(`${folder}/${service}`).then(({ isFile }) => isFile, () => false)) return true;
  }
  return false;
}

async function listening(service: Service, port: number): Promise<void> {
  for (const until = Date.now() + START_MS; Date.now() < until;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`${service} did not listen on port ${port}`);
}
