/** Plugins that crash under a worker, from source: the worker goes on, and so does its queue. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Engine, EventBus, loadSettings, NuvomError, openEngine } from "@nuvom/nuvom";
import { task } from "nuvom";

const QUEUE = await Deno.readTextFile(new URL("./testdata/durable_queue.ts", import.meta.url));
const MANIFEST = `
[plugins]
queue_backend = ["./plugins/durable.ts"]

[plugin.durable]
isolation = "process"
permissions = { read = ["./data"], write = ["./data"] }
settings = { path = "data/queue.db" }

[tasks]
modules = ["./tasks.ts"]
permissions = { write = ["./out"], read = ["./out"] }
`;
const TASKS = `import { task } from "nuvom";
export const write = task({ name: "write" }, async (n) => {
  await Deno.writeTextFile("out/runs", n + "\\n", { append: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  return n;
});
`;
const write = task({ name: "write" }, (n: number) => n);

class Project implements AsyncDisposable {
  readonly bus: EventBus;
  readonly states: string[] = [];
  pid: number | null = null;
  readonly engine: Engine;
  readonly folder: string;

  private constructor(folder: string, engine: Engine, bus: EventBus) {
    this.folder = folder;
    this.engine = engine;
    this.bus = bus;
    bus.on("plugin.state", ({ plugin, state, pid }) => {
      this.states.push(`${plugin} ${state}`);
      if (pid !== undefined) this.pid = pid;
    });
  }

  static async open(files: Readonly<Record<string, string>>): Promise<Project> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom_supervision_" }));
    for (const path of ["data", "out", "plugins"]) await Deno.mkdir(`${folder}/${path}`);
    for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${path}`, text);
    const bus = new EventBus();
    const env = { NUVOM_QUEUE_BACKEND: "durable", NUVOM_CACHE_DIR: `${folder}/cache`, NUVOM_MAX_WORKERS: "1" };
    const engine = await openEngine({ settings: loadSettings({ cwd: folder, env }), bus });
    return new Project(folder, engine, bus);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("a queue plugin that is killed in the middle of a drain loses nothing and doubles nothing", async () => {
  await using project = await Project.open({
    ".nuvom_plugins.toml": MANIFEST,
    "plugins/durable.ts": QUEUE,
    "tasks.ts": TASKS,
  });
  const { engine, bus, states } = project;
  const numbers = Array.from({ length: 300 }, (_, n) => n);
  const jobs = await write.map(numbers.map((n) => [n]));
  const worker = await engine.worker();
  let ended = 0;
  const kills = [60, 160];
  const noticed: number[] = [];
  bus.on("attempts.ended", ({ ends }) => {
    ended += ends.length;
    if (ended < (kills[0] ?? Infinity)) return;
    kills.shift();
    const killed = performance.now();
    const off = bus.on("plugin.state", ({ state }) => {
      if (state === "crashed") noticed.push(performance.now() - killed);
      off();
    });
    Deno.kill(project.pid!, "SIGKILL");
  });
  await worker.start();
  await worker.drained();
  assertEquals(states, [
    "durable starting",
    "durable running",
    ...Array(2).fill(["durable crashed", "durable backoff", "durable starting", "durable running"]).flat(),
  ]);
  assert(noticed.every((ms) => ms < 1_000), `crashes were noticed after ${noticed} ms`);
  const results = await Promise.all(jobs.map((job) => job.result({ timeout: "5s" })));
  assertEquals(results, numbers);
  const runs = (await Deno.readTextFile(`${project.folder}/out/runs`)).trimEnd().split("\n").map(Number);
  assertEquals(runs.toSorted((a, b) => a - b), numbers);
});

Deno.test("a drain ends with an error when the plugin of its queue is given up", async () => {
  const manifest = MANIFEST.replace('isolation = "process"', 'isolation = "process"\nrestart = { max = 0 }');
  await using project = await Project.open({
    ".nuvom_plugins.toml": manifest,
    "plugins/durable.ts": QUEUE,
    "tasks.ts": TASKS,
  });
  await write.delay(1);
  const worker = await project.engine.worker();
  project.bus.on("attempts.started", () => Deno.kill(project.pid!, "SIGKILL"));
  await worker.start();
  const error = await assertRejects(() => worker.drained(), NuvomError);
  assertEquals(error.code, "NUVOM_PLUGIN_FAILED");
  assertStringIncludes(error.message, 'The plugin "durable" has crashed and is not to be started again.');
});
