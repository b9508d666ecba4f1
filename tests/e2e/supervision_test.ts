/** Plugins that crash, hang and eat memory under a worker of the executable. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Running, Server } from "./server.ts";

const QUEUE = await Deno.readTextFile(new URL("../testdata/durable_queue.ts", import.meta.url));
const TASKS = `import { task } from "nuvom";
export const write = task({ name: "write" }, async (n: number) => {
  await Deno.writeTextFile("out/runs", n + "\\n", { append: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
});
export const nap = task({ name: "nap" }, () => new Promise((resolve) => setTimeout(resolve, 200)));
`;
const TASK_SECTION = `
[tasks]
modules = ["./tasks.ts"]
permissions = { write = ["./out"], read = ["./out"] }
`;

/** The process of a plugin, as the log told it last. */
function pidOf(plugin: string, { log }: Running): number {
  return Number(log.matchAll(new RegExp(`plugin\\.${plugin}  running  pid=(\\d+)`, "g")).toArray().at(-1)![1]);
}

Deno.test("a queue plugin that is killed twice in the middle of a drain loses nothing and doubles nothing", async () => {
  await using server = await Server.with({
    ".nuvom_plugins.toml": `[plugins]
queue_backend = ["./durable.ts"]
[plugin.durable]
isolation = "process"
permissions = { read = ["./data"], write = ["./data"] }
settings = { path = "data/queue.db" }
${TASK_SECTION}`,
    "durable.ts": QUEUE,
    "tasks.ts": TASKS,
    "data/keep": "",
    "out/runs": "",
  });
  const env = { NUVOM_QUEUE_BACKEND: "durable" };
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  const stdin = numbers.map((n) => JSON.stringify({ task: "write", args: [n] })).join("\n");
  await server.ok(["enqueue", "--from", "-"], { stdin, env });
  const worker = server.start(["runworker", "--drain", "--workers", "1"], { env });
  for (const [round, least] of [60, 200].entries()) {
    while ((await server.read("out/runs")).length < least * 4) await new Promise((resolve) => setTimeout(resolve, 20));
    Deno.kill(pidOf("durable", worker), "SIGKILL");
    await worker.saw(new RegExp(`(durable  running[\\s\\S]*){${round + 2}}`));
  }
  assertEquals((await worker.end()).code, 0, worker.log);
  const runs = (await server.read("out/runs")).trimEnd().split("\n").map(Number);
  assertEquals(runs.toSorted((a, b) => a - b), numbers);
  const jobs: { state: string }[] = await server.json(["history", "recent", "--limit", "1000"], { env });
  assertEquals(jobs.map(({ state }) => state), numbers.map(() => "SUCCESS"));
  assertEquals(await server.leftBehind(), []);
});

const GOOD = `export default {
  name: "good", provides: ["lifecycle_hook"],
  start(_settings: unknown, { registerHook, log }) {
    let told = 0;
    registerHook({ afterJob: (events) => log.info("good saw " + (told += events.length)) });
  },
  stop() {},
};`;
const MISBEHAVING: Record<string, string> = {
  "hanging.ts": `export default {
    name: "hanging", provides: ["monitoring"], start() {}, stop: () => new Promise(() => {}),
  };`,
  "crashing.ts": `export default {
    name: "crashing", provides: ["monitoring"], stop() {},
    start() { setTimeout(() => new Deno.Command("/bin/sh", { args: ["-c", "kill -9 $PPID"] }).spawn(), 1_000); },
  };`,
  "hungry.ts": `const eaten = [];
  export default {
    name: "hungry", provides: ["monitoring"], stop() {},
    start() { setInterval(() => eaten.push(new Uint8Array(20 << 20).fill(1)), 50); },
  };`,
};
const BAD_SECTIONS = `
[plugin.hanging]
isolation = "process"
[plugin.crashing]
isolation = "process"
permissions = { run = ["/bin/sh"], full_trust = true }
[plugin.hungry]
isolation = "process"
memory_mb = 300
`;
const NAPS = 500;

/** Runs naps beside the plugins; answers how many were done a second, and the worker, which still runs. */
async function napsBeside(server: Server): Promise<{ rate: number; worker: Running }> {
  const stdin = Array(NAPS).fill(JSON.stringify({ task: "nap" })).join("\n");
  await server.ok(["enqueue", "--from", "-"], { stdin });
  const env = { NUVOM_PLUGIN_STOP_TIMEOUT_SECS: "1" };
  const worker = server.start(["runworker", "--workers", "1"], { env });
  await worker.saw(`good saw ${NAPS}`, 120_000);
  const jobs: { finishedAt: string }[] = await server.json(["history", "recent", "--limit", "5000"]);
  const ends = jobs.map(({ finishedAt }) => Date.parse(finishedAt));
  return { rate: (NAPS - 1) / (Math.max(...ends) - Math.min(...ends)) * 1_000, worker };
}

Deno.test("three misbehaving plugins do not slow the jobs of a worker down, nor keep it from stopping", async () => {
  const good = { "good.ts": GOOD, "tasks.ts": TASKS, "out/runs": "" };
  const listed = (names: string) => `[plugins]\nlifecycle_hook = ["./good.ts"]\nmonitoring = [${names}]\n`;
  await using alone = await Server.with({ ".nuvom_plugins.toml": listed("") + TASK_SECTION, ...good });
  const before = await napsBeside(alone);
  assertEquals((await before.worker.end("SIGTERM")).code, 0);

  await using server = await Server.with({
    ".nuvom_plugins.toml": listed('"./hanging.ts", "./crashing.ts", "./hungry.ts"') + BAD_SECTIONS + TASK_SECTION,
    ...good,
    ...MISBEHAVING,
  });
  const { rate, worker } = await napsBeside(server);
  assert(rate >= 0.85 * before.rate, `${rate} jobs/s beside misbehaving plugins, ${before.rate} without`);
  await worker.saw(/plugin\.crashing +crashed: .* ended with SIGKILL/);
  await worker.saw(/plugin\.hungry +crashed: .* it was over its memory limit/);
  await worker.saw(/plugin\.crashing +starts again in/);

  const asked = await server.run(["plugin", "status", "--json"]);
  const rows: { name: string; state: string; restarts: number }[] = JSON.parse(asked.stdout).workers[0].plugins;
  assertEquals(rows.map(({ name }) => name).sort(), ["crashing", "good", "hanging", "hungry"]);
  assert(rows.find(({ name }) => name === "crashing")!.restarts > 0);
  assertEquals(rows.find(({ name }) => name === "good")!.state, "running");

  const stopped = performance.now();
  assertEquals((await worker.end("SIGTERM")).code, 0);
  assert(performance.now() - stopped < 8_000, worker.log);
  assertStringIncludes(worker.log, 'The plugin "hanging" did not stop within 1s; its realm was ended.');
  assertEquals(await server.leftBehind(), []);
});

Deno.test("plugin reload swaps a plugin of a running worker, and leaves it alone when the new one is broken", async () => {
  const plugin = (version: string) =>
    `export default { name: "x", provides: ["monitoring"], start(_: unknown, { log }) { ${version} }, stop() {} };`;
  await using server = await Server.with({
    ".nuvom_plugins.toml": '[plugins]\nmonitoring = ["./x.ts"]\n[plugin.x]\nisolation = "process"\n' + TASK_SECTION,
    "x.ts": plugin('log.info("this is one");'),
    "tasks.ts": TASKS,
    "out/runs": "",
  });
  assertEquals((await server.run(["plugin", "status"])).code, 4);
  const worker = server.start(["runworker", "--workers", "1"]);
  await worker.saw("worker  ready");
  const pid = pidOf("x", worker);
  await server.write({ "x.ts": plugin('log.info("this is two");') });
  assertMatch(await server.ok(["plugin", "reload", "x"]), /: reloaded x\.\n$/);
  await worker.saw("this is two");
  const second = pidOf("x", worker);
  assert(second !== pid);

  await server.write({ "x.ts": plugin('throw new Error("not three");') });
  const broken = await server.run(["plugin", "reload", "x"]);
  assertEquals(broken.code, 1);
  assertStringIncludes(broken.stderr, "not three (./x.ts:1:");
  const { workers } = await server.json(["plugin", "status"]);
  assertEquals([workers[0].plugins[0].state, workers[0].plugins[0].pid], ["running", second]);
  assertMatch(await server.ok(["plugin", "status"]), /x +running .*not three/);

  await worker.end("SIGKILL");
  assertEquals((await server.run(["plugin", "status"])).code, 4);
  assertEquals([...Deno.readDirSync(`${server.folder}/.nuvom/workers`)], []);
});
