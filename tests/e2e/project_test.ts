/** The executable alone: an empty folder, an empty environment, no Deno and no Node. @module */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Server } from "./server.ts";
import { freePort } from "../servers/free_port.ts";

const EXAMPLE = new URL("../../examples/files/", import.meta.url);

/** The example project as it stands in the repository. */
async function exampleFiles(): Promise<Record<string, string>> {
  const paths = [".nuvom_plugins.toml", "plugins/my_queue.ts", "plugins/tally.ts", "tasks/files.ts"];
  const texts = await Promise.all(paths.map((path) => Deno.readTextFile(new URL(path, EXAMPLE))));
  return Object.fromEntries(paths.map((path, i) => [path, texts[i]!]));
}

Deno.test("the executable takes a new project from init to a result", async () => {
  await using server = await Server.with();
  await server.ok(["init"]);
  const { id } = await server.json(["enqueue", "hello", '["world"]']);
  const worked = await server.run(["runworker", "--drain"]);
  assertEquals(worked.code, 0, worked.stderr);
  assertStringIncludes(worked.stderr, "greeting world");
  const status = await server.json(["status", id]);
  assertEquals([status.state, status.result, status.attempts], ["SUCCESS", "Hello, world!", 1]);
  assertEquals((await server.json(["inspect", "job", id])).task, "hello");
  assertEquals((await server.json(["history", "recent"])).length, 1);
  assertEquals((await server.json(["list", "tasks"]))[0].name, "hello");
  assertEquals((await server.json(["discover", "tasks"]))[0].retries, 3);
  assertEquals(await server.json(["plugin", "list"]), []);
  assertMatch(await server.ok(["version"]), /^nuvom \d+\.\d+\.\d+/);
  assertStringIncludes(await server.ok(["--help"]), "runworker");
  assertStringIncludes(await server.ok(["config"]), "NUVOM_LEASE_SECS");
});

Deno.test("the executable runs TypeScript plugins and tasks from disk, and the plugin inside of it", async () => {
  await using server = await Server.with(await exampleFiles());
  const port = freePort();
  const env = { NUVOM_PROMETHEUS_PORT: String(port) };
  await server.write({ "files/a.txt": "one two\nthree\n" });
  const { id } = await server.json(["enqueue", "fingerprint", '["a.txt"]']);
  const worker = server.start(["runworker"], { env });
  await worker.saw("worker  ready");
  const { result } = await until(() => server.json(["status", id]), ({ state }) => state === "SUCCESS");
  assertEquals([result.lines, result.words, result.bytes], [2, 3, 14]);
  const metrics = await until(
    async () => await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
    (text) => text.includes('nuvom_jobs_total{outcome="success"} 1'),
  );
  for (const figure of ["nuvom_queue_size{", "nuvom_in_flight 0", "nuvom_workers 1", "nuvom_job_duration_seconds_bu"]) {
    assertStringIncludes(metrics, figure);
  }
  assertEquals((await worker.end("SIGTERM")).code, 0);
  assertStringIncludes(worker.log, "tally of this worker  success=1");
});

Deno.test("the executable lists, inspects and tests plugins", async () => {
  await using server = await Server.with(await exampleFiles());
  const plugins = await server.json(["plugin", "list"]);
  assertEquals(plugins.map(({ name }: { name: string }) => name), ["my_queue", "prometheus", "tally"]);
  const text = await server.ok(["plugin", "inspect", "prometheus"]);
  assertStringIncludes(text, "prometheus_port");
  const tested = await server.run(["plugin", "test", "my_queue"]);
  assertEquals(tested.code, 0, tested.stdout + tested.stderr);
  assertMatch(tested.stdout, /\d+ passed, 0 failed, \d+ not promised/);
});

Deno.test("a queue of five methods carries jobs from one process to another", async () => {
  await using server = await Server.with(await exampleFiles());
  const env = { NUVOM_QUEUE_BACKEND: "my_custom_queue", NUVOM_PROMETHEUS_PORT: String(freePort()) };
  await server.write({ "files/a.txt": "x\n" });
  const { id } = await server.json(["enqueue", "fingerprint", '["a.txt"]'], { env });
  assertEquals([...Deno.readDirSync(`${server.folder}/queue/jobs`)].length, 1);
  await server.ok(["runworker", "--drain"], { env });
  const { state, result } = await server.json(["status", id], { env });
  assertEquals([state, result.bytes], ["SUCCESS", 2]);
});

Deno.test("a realm in the executable holds what it was granted, and no code from strings", async () => {
  const tasks = `import { task } from "nuvom";
    const tried = async (work: () => unknown) => {
      try { return "reached: " + await work(); } catch (error) { return (error as Error).message; }
    };
    export const escape = task({ name: "escape" }, async () => [
      await tried(() => Deno.readTextFile("/etc/hostname")),
      await tried(() => import(["/etc", "hostname"].join("/"))),
      await tried(() => import("file:///etc/hostname", { with: { type: "text" } } as never)),
      await tried(() => (globalThis as never as { eval(code: string): unknown }).eval("1 + 1")),
      await tried(() => new Function("return 1")()),
      await tried(() => fetch("http://127.0.0.1:1/")),
      await tried(() => Deno.env.get("HOME") ?? Promise.reject(new Error("no HOME"))),
    ]);`;
  await using server = await Server.with({
    ".nuvom_plugins.toml": '[tasks]\nmodules = ["./tasks.ts"]\n',
    "tasks.ts": tasks,
  });
  const graph = await server.run(["enqueue", "escape"]);
  // A literal import of a file outside of the project is refused before anything runs.
  assertEquals(graph.code, 3);
  assertStringIncludes(graph.stderr, "NUVOM_LOADER_OUTSIDE_ROOT");
  await server.write({ "tasks.ts": tasks.replace(/^.*file:.*$/m, "") });
  const { id } = await server.json(["enqueue", "escape"]);
  await server.ok(["runworker", "--drain"]);
  const { result, error } = await server.json(["status", id]);
  assertEquals(error, null);
  for (const answer of result) assert(!answer.startsWith("reached"), answer);
});

async function until<T>(look: () => Promise<T>, good: (found: T) => boolean, timeoutMs = 20_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  while (true) {
    const found = await look();
    if (good(found)) return found;
    if (Date.now() > end) throw new Error(`It did not come within ${timeoutMs} ms; last: ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
