/** Redis servers for tests and benchmarks: the one that is given, or private ones with a temporary folder. @module */

import { freePort } from "./free_port.ts";

/** How a private server is started. */
export interface RedisServerOptions {
  /** Folder of its data. @default a temporary one, removed at the end */
  readonly folder?: string;
  /** @default a free one */
  readonly port?: number;
  /** More of its options: `["--requirepass", "secret"]`. */
  readonly args?: readonly string[];
  /** Speaks TLS alone on its port; `args` name the certificates. */
  readonly tls?: boolean;
  /** @default "redis-server" or "valkey-server", whichever is on the PATH */
  readonly program?: string;
}

const PROGRAMS = ["redis-server", "valkey-server"] as const;
const START_MS = 20_000;

/** Why there is no server for a test, or null. */
export async function noRedis(): Promise<string | null> {
  if (givenUrl() !== undefined || await programOnPath() !== null) return null;
  return `there is no ${PROGRAMS.join(" or ")} on the PATH, and NUVOM_TEST_REDIS_URL is not set`;
}

/** The server that tests share, by `NUVOM_TEST_REDIS_URL`; undefined: they start one. */
export function givenUrl(): string | undefined {
  return Deno.env.get("NUVOM_TEST_REDIS_URL") || undefined;
}

/** A server of its own on 127.0.0.1. Disposing ends it. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #program: string;
  readonly #args: readonly string[];
  readonly #ownFolder: boolean;
  readonly #tls: boolean;
  #child!: Deno.ChildProcess;

  private constructor(program: string, port: number, folder: string, options: RedisServerOptions) {
    this.#program = program;
    this.port = port;
    this.folder = folder;
    this.#args = options.args ?? [];
    this.#ownFolder = options.folder === undefined;
    this.#tls = options.tls === true;
  }

  /** Resolves when it listens. */
  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const program = options.program ?? await programOnPath();
    if (program === null) throw new Error(`There is no ${PROGRAMS.join(" or ")} on the PATH.`);
    const folder = options.folder ?? await Deno.makeTempDir({ prefix: "nuvom-test-redis-" });
    const server = new RedisServer(program, options.port ?? freePort(), folder, options);
    try {
      await server.restart();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** As it was started first, on the same port and folder. */
  async restart(): Promise<void> {
    const ports = this.#tls ? ["--port", "0", "--tls-port", `${this.port}`] : ["--port", `${this.port}`];
    const base = [...ports, "--bind", "127.0.0.1", "--dir", this.folder, "--save", ""];
    this.#child = new Deno.Command(this.#program, {
      args: [...base, ...this.#args],
      cwd: this.folder,
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    await this.#ready();
  }

  /** Ends it by a signal and waits for that. */
  async kill(signal: Deno.Signal = "SIGKILL"): Promise<void> {
    try {
      this.#child.kill(signal);
    } catch { /* it has ended */ }
    await this.#child.status;
  }

  /** What `redis-cli` answers. */
  async cli(...args: string[]): Promise<string> {
    const command = new Deno.Command("redis-cli", { args: ["-p", `${this.port}`, ...args] });
    return new TextDecoder().decode((await command.output()).stdout).trim();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#ownFolder) await Deno.remove(this.folder, { recursive: true });
  }

  /** Reads what it says until it is ready, and then for ever, so that it never waits for a reader. */
  async #ready(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    const said: string[] = [];
    const timer = setTimeout(() => ready.reject(new Error(`Redis did not start:\n${said.join("")}`)), START_MS);
    const reading = (async () => {
      for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
        said.push(text);
        if (/Ready to accept connections/.test(said.join(""))) ready.resolve();
        while (said.length > 20) said.shift();
      }
      ready.reject(new Error(`Redis ended before it listened:\n${said.join("")}`));
    })();
    reading.catch(() => {});
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function programOnPath(): Promise<string | null> {
  for (const name of PROGRAMS) {
    for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
      if (await Deno.stat(`${folder}/${name}`).then(({ isFile }) => isFile, () => false)) return name;
    }
  }
  return null;
}
