/** A project of the executable whose plugin and tasks come from servers on this machine. @module */

import { type Route, TestServer } from "../../src/loader/testdata/test_server.ts";
import { type Ran, Server } from "./server.ts";

/** Allows plain http to this machine. */
export const LOOPBACK = { NUVOM_ALLOW_HTTP_LOOPBACK: "1" };

/** TypeScript that has to be transformed, JSON, a cycle, a name that leads elsewhere. @param net What the plugin asks for. */
export function pluginModules(net: readonly string[], version = "1.0.0"): Record<string, Route> {
  return {
    "/greeter/mod.ts": `import type { PluginContext } from "nuvom";
import { greet, Mood } from "./lib/greet.ts";
import words from "../words.json" with { type: "json" };

export class Greeter {
  name = "greeter";
  version = ${JSON.stringify(version)};
  provides = ["monitoring"];
  permissions = { net: ${JSON.stringify(net)} };
  async start(_settings: unknown, { log }: PluginContext): Promise<void> {
    const answer = await fetch("http://${net[0]}/", { method: "POST", body: greet(words.who, Mood.Happy) });
    log.info(await answer.text());
  }
  stop() {}
}
`,
    "/greeter/lib/greet.ts": `import { mark } from "/greeter/lib/mark.ts";
export enum Mood { Plain, Happy }
export const greet = (who: string, mood: Mood): string => "Hello, " + who + mark(mood);
`,
    "/greeter/lib/mark.ts": `import { Mood } from "./greet.ts";
export const mark = (mood: Mood): string => mood === Mood.Happy ? "!" : ".";
`,
    "/words.json": '{ "who": "world" }\n',
    "/tasks/latest.ts": () => new Response(null, { status: 302, headers: { location: "/tasks/1.0.0.ts" } }),
    "/tasks/1.0.0.ts": `import { task } from "nuvom";
import { greet, Mood } from "../greeter/lib/greet.ts";

export const greeting = task({ name: "greeting" }, (who: string) => greet(who, Mood.Plain));
export const broken = task({ name: "broken", retries: 0 }, (who: string): string => {
  const message: string = greet(who, Mood.Happy);
  throw new TypeError(message);
});
`,
  };
}

/** The executable in an empty folder, a server of modules, and one that the plugin reports to. */
export class RemoteSite implements AsyncDisposable {
  readonly server: Server;
  readonly modules: TestServer;
  /** What the plugin has reported. */
  readonly heard: string[] = [];
  readonly #sink: TestServer;
  #isServing = true;

  private constructor(server: Server) {
    this.server = server;
    this.#sink = TestServer.open({
      "/": async (request) => {
        this.heard.push(await request.text());
        return new Response("noted");
      },
    });
    this.modules = TestServer.open(pluginModules([this.sink]));
  }

  /** Nothing is added yet. */
  static async open(): Promise<RemoteSite> {
    const site = new RemoteSite(await Server.with());
    await site.server.ok(["init"]);
    return site;
  }

  /** The plugin is added and granted, the tasks are locked. */
  static async added(): Promise<RemoteSite> {
    const site = await RemoteSite.open();
    await site.add();
    await site.addTasks();
    return site;
  }

  /** Host and port that the plugin reports to. */
  get sink(): string {
    return `127.0.0.1:${this.#sink.port}`;
  }

  /** As the manifest has it. */
  get specifier(): string {
    return this.modules.url("/greeter/mod.ts#Greeter");
  }

  /** Adds the plugin, and grants what it asks for. */
  async add(): Promise<Ran> {
    const args = ["plugin", "add", this.specifier, "--yes", "--allow-http-loopback", `--allow-net=${this.sink}`];
    return await this.server.run(args);
  }

  /** Lists and locks the task module. */
  async addTasks(): Promise<void> {
    const manifest = await this.server.read(".nuvom_plugins.toml");
    const listed = manifest.replace(
      '"./tasks/**/*.ts"',
      `"./tasks/**/*.ts", "${this.modules.url("/tasks/latest.ts")}"`,
    );
    await this.server.write({ ".nuvom_plugins.toml": listed });
    await this.server.ok(["plugin", "lock", "--allow-http-loopback"]);
  }

  /** Runs a job of the remote tasks to its end. */
  // deno-lint-ignore no-explicit-any -- as it is printed
  async job(task: string, env: Readonly<Record<string, string>> = {}, cwd = "."): Promise<any> {
    const { id } = await this.server.json(["enqueue", task, '["you"]'], { env, cwd });
    await this.server.ok(["runworker", "--drain"], { env, cwd });
    return await this.server.json(["status", id], { env, cwd });
  }

  /** The server of modules is gone from now on. */
  async stopServing(): Promise<void> {
    if (this.#isServing) await this.modules[Symbol.asyncDispose]();
    this.#isServing = false;
  }

  /** Manifest and lock; null where there is none. */
  async files(): Promise<(string | null)[]> {
    const names = [".nuvom_plugins.toml", ".nuvom_plugins.lock"];
    return await Promise.all(names.map((name) => this.server.read(name).catch(() => null)));
  }

  /** Files of the store, by the folder of their kind: `modules`, `prepared`, `plugins`. */
  async stored(kind: string): Promise<string[]> {
    return await filesUnder(`${this.server.folder}/.cache/nuvom/${kind}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopServing();
    await this.#sink[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
  }
}

/** Absolute paths; none where there is no such folder. */
export async function filesUnder(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) found.push(...await filesUnder(`${folder}/${name}`));
      else found.push(`${folder}/${name}`);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}
