/** Real services on free ports of this machine, each with a folder of its own. @module */

/** Programs that tests start. */
export type Service = "redis-server" | "postgres" | "nats-server";

const START_MS = 20_000;
/** Debian keeps those of PostgreSQL out of the way. */
const POSTGRES_FOLDERS = ["/usr/lib/postgresql"];

/** What {@linkcode Services.start} started; disposing ends it. */
export class Services implements AsyncDisposable {
  readonly #ports = new Map<Service, number>();
  readonly #undo = new AsyncDisposableStack();

  /** Which programs are not there. */
  static async missing(): Promise<ReadonlySet<string>> {
    const all: Service[] = ["redis-server", "postgres", "nats-server"];
    const found = await Promise.all(all.map((name) => programOf(name)));
    return new Set(all.filter((_, i) => found[i] === null));
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

  /** It refuses to run as root: then it runs as another user. */
  async #postgres(): Promise<void> {
    const port = freePort();
    const folder = await this.#folder();
    const program = await programOf("postgres") as string;
    const user = Deno.uid() === 0 ? await userNamed("postgres") : undefined;
    if (user !== undefined) await Deno.chown(folder, user.uid, user.gid);
    const data = `${folder}/data`;
    const init = program.replace(/postgres$/, "initdb");
    const { success, stderr } = await new Deno.Command(init, {
      args: ["--pgdata", data, "--username", "nuvom", "--auth", "trust", "--no-sync"],
      cwd: folder,
      ...user,
    }).output();
    if (!success) throw new Error(`initdb failed:\n${new TextDecoder().decode(stderr)}`);
    const args = ["-D", data, "-p", `${port}`, "-h", "127.0.0.1", "-k", folder, "-F"];
    await this.#spawn("postgres", port, args, { folder, program, ...user });
  }

  async #spawn(
    service: Service,
    port: number,
    args: readonly string[],
    { folder, program = service, ...user }: { folder?: string; program?: string; uid?: number; gid?: number } = {},
  ): Promise<void> {
    const cwd = folder ?? await this.#folder();
    const child = new Deno.Command(program, {
      args: [...args],
      cwd,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      ...user,
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

async function programOf(service: Service): Promise<string | null> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  if (service === "postgres") folders.unshift(...await postgresFolders());
  for (const folder of folders) {
    const path = `${folder}/${service}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return null;
}

async function postgresFolders(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of POSTGRES_FOLDERS) {
    try {
      for await (const { name } of Deno.readDir(folder)) found.push(`${folder}/${name}/bin`);
    } catch { /* it is not there */ }
  }
  return found;
}

/** Of a listener that was closed again: nobody else is given it so soon. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
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

async function userNamed(name: string): Promise<{ uid: number; gid: number }> {
  const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m").exec(await Deno.readTextFile("/etc/passwd"));
  if (found === null) throw new Error(`There is no user ${name} on this machine.`);
  return { uid: Number(found[1]), gid: Number(found[2]) };
}
