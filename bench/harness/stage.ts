/** The place of one measurement of one peer: a fresh folder, its server, and the processes that drive it. @module */

import type { Place } from "../adapters/adapter.ts";
import type { Command } from "../adapters/child.ts";
import type { Peer } from "../peers.ts";
import { Child } from "./child.ts";
import type { Packages } from "./packages.ts";
import { type Server, startServer } from "./servers.ts";
import { temporaryFolder } from "./temporary.ts";

const BENCH = decodeURIComponent(new URL("..", import.meta.url).pathname).replace(/\/$/, "");

/** Which jobs were put where before, kept for later runs: adding a million takes longer than measuring. */
const prepared = new Map<string, string>();

/** Everything of one measurement; gone when it is disposed. */
export class Stage implements AsyncDisposable {
  readonly peer: Peer;
  readonly folder: string;
  readonly #packages: Packages;
  #server: Server | null;

  private constructor(peer: Peer, packages: Packages, folder: string, server: Server | null) {
    this.peer = peer;
    this.#packages = packages;
    this.folder = folder;
    this.#server = server;
  }

  /** With an empty store. */
  static async open(peer: Peer, packages: Packages): Promise<Stage> {
    const folder = await temporaryFolder();
    return await Stage.#in(folder, peer, packages);
  }

  static async #in(folder: string, peer: Peer, packages: Packages): Promise<Stage> {
    const server = await openServer(peer, folder);
    await writeProject(folder, peer, server);
    return new Stage(peer, packages, folder, server);
  }

  /** With a store that already holds these jobs: filled the first time, copied from then on. */
  static async openPrepared(peer: Peer, packages: Packages, command: Command & { name: "enqueue" }): Promise<Stage> {
    const key = `${peer.id} ${JSON.stringify(command)}`;
    let template = prepared.get(key);
    if (template === undefined) {
      await using stage = await Stage.open(peer, packages);
      await stage.ask(command);
      await stage.#stopServer();
      template = await temporaryFolder();
      await copyFolder(stage.folder, template);
      prepared.set(key, template);
    }
    const folder = await temporaryFolder();
    await copyFolder(template, folder);
    return await Stage.#in(folder, peer, packages);
  }

  /** Of the server, if there is one. */
  get serverPort(): number | null {
    return this.#server?.port ?? null;
  }

  /** Of the server, if there is one. */
  get serverPid(): number | null {
    return this.#server?.pid ?? null;
  }

  /** Starts a child that drives the peer. */
  start(command: Command): Child {
    const place: Place = {
      folder: this.folder,
      packages: this.#packages.folder,
      port: this.#server?.port ?? null,
      variant: this.peer.variant,
    };
    const args = [`${BENCH}/adapters/child.ts`, this.peer.adapter, JSON.stringify(place), JSON.stringify(command)];
    return this.peer.runtime === "node"
      ? new Child({
        command: this.#packages.node,
        args: ["--disable-warning=ExperimentalWarning", ...args],
        read: "stdout",
      })
      : new Child({ command: Deno.execPath(), args: ["run", "-A", "--no-prompt", ...args], read: "stdout" });
  }

  /** Starts a child and takes its one answer. */
  async ask<T>(command: Command): Promise<T> {
    await using child = this.start(command);
    const answer = JSON.parse(await child.line()) as T;
    await child.status;
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopServer();
    await Deno.remove(this.folder, { recursive: true });
  }

  async #stopServer(): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    this.#server = null;
  }
}

function openServer({ server }: Peer, folder: string): Promise<Server | null> {
  return server === null ? Promise.resolve(null) : startServer(server, folder);
}

/** A project as a user has it. */
async function writeProject(folder: string, { adapter, variant }: Peer, server: Server | null): Promise<void> {
  if (adapter !== "nuvom") return;
  await Deno.copyFile(`${BENCH}/project/tasks.ts`, `${folder}/tasks.ts`);
  const tasks = '[tasks]\nmodules = ["./tasks.ts"]\n';
  await Deno.writeTextFile(
    `${folder}/.nuvom_plugins.toml`,
    server === null ? tasks : `${tasks}${withPlugin(variant!, server)}`,
  );
  const settings = server === null
    ? [`NUVOM_SQLITE_SYNCHRONOUS=${variant ?? "NORMAL"}`]
    : [`NUVOM_QUEUE_BACKEND=${variant}`, `NUVOM_RESULT_BACKEND=${variant}`, "NUVOM_BATCH_SIZE=500"];
  await Deno.writeTextFile(`${folder}/.env`, `${settings.join("\n")}\n`);
}

/** In a realm with nothing but its grant. */
function withPlugin(name: string, { port }: Server): string {
  const user = name === "postgres" ? "postgres@" : "";
  return `[plugins]
queue_backend = ["nuvom:${name}"]
[plugin.${name}]
permissions = { net = ["127.0.0.1:${port}"] }
settings = { url = "${name}://${user}127.0.0.1:${port}" }
`;
}

async function copyFolder(from: string, to: string): Promise<void> {
  const { success } = await new Deno.Command("cp", { args: ["-a", `${from}/.`, to] }).output();
  if (!success) throw new Error(`${from} could not be copied to ${to}.`);
}
