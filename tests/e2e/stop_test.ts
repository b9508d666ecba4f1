/** The worker of the executable is stopped, hard and soft. @module */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Server } from "./server.ts";

const MANIFEST = '[tasks]\nmodules = ["./tasks.ts"]\n';
const TASKS = `import { jobContext, task } from "nuvom";
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
export const nap = task({ name: "nap" }, async (ms: number) => {
  jobContext().log.info("napping");
  await sleep(ms);
  return ms;
});
export const deaf = task({ name: "deaf", timeout: 0 }, () => {
  jobContext().log.info("deaf");
  while (true);
});
`;

async function serverWith(jobs: readonly string[]): Promise<Server> {
  const server = await Server.with({ ".nuvom_plugins.toml": MANIFEST, "tasks.ts": TASKS });
  await server.ok(["enqueue", "--from", "-"], { stdin: jobs.join("\n") });
  return server;
}

function job(task: string, ...args: unknown[]): string {
  return JSON.stringify({ task, args });
}

async function states(server: Server): Promise<string[]> {
  const jobs: { state: string }[] = await server.json(["history", "recent", "--limit", "5000"]);
  return jobs.map(({ state }) => state);
}

Deno.test("SIGTERM lets running jobs end and gives the others back", async () => {
  await using server = await serverWith(Array.from({ length: 30 }, () => job("nap", 700)));
  const worker = server.start(["runworker", "--concurrency", "5", "--workers", "1"]);
  await worker.saw("napping");
  assertEquals(await worker.end("SIGTERM"), { success: true, code: 0, signal: null });
  const ended = await states(server);
  assert(ended.length >= 1 && ended.length <= 10, `${ended.length} jobs ended`);
  assert(ended.every((state) => state === "SUCCESS"));
  assertEquals(await server.leftBehind(), []);
  await server.ok(["runworker", "--drain", "--concurrency", "50"]);
  assertEquals((await states(server)).length, 30);
});

Deno.test("a second signal forces a worker whose handlers do not listen", async () => {
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    await using server = await serverWith([job("deaf")]);
    const worker = server.start(["runworker"]);
    await worker.saw("deaf");
    worker.child.kill(signal);
    await worker.saw("stopping");
    const before = Date.now();
    assertEquals((await worker.end(signal)).code, code);
    assert(Date.now() - before < 5_000);
    assertEquals(await server.leftBehind(), []);
  }
});

Deno.test("Ctrl-C on a terminal stops the worker cleanly, though it reaches the executors too", async () => {
  await using server = await serverWith([job("nap", 1_000), job("nap", 1_000)]);
  let typed = false;
  const { code, shown } = await server.onTerminal("runworker", (shown) => {
    if (typed || !shown.includes("napping")) return;
    typed = true;
    return "\x03";
  });
  assertEquals(code, 0, shown);
  assertMatch(shown, /2 jobs done, 0 failed/);
  assertEquals(await states(server), ["SUCCESS", "SUCCESS"]);
  assertEquals(await server.leftBehind(), []);
});

Deno.test("after SIGKILL while 1,000 jobs run, another worker ends every one, beginning within 10 s", async () => {
  await using server = await serverWith(Array.from({ length: 1_000 }, (_, i) => job("nap", i < 900 ? 20 : 2_000)));
  const first = server.start(["runworker", "--concurrency", "1000", "--workers", "1"]);
  await first.saw("napping");
  await first.end("SIGKILL");
  const killed = Date.now();
  const second = server.start(["runworker", "--drain", "--concurrency", "200", "--log-level", "debug"]);
  await second.saw(/nap done/, 10_000);
  const rescuedAfter = Date.now() - killed;
  assertEquals((await second.end()).code, 0, second.log.slice(-2_000));
  const ended = await states(server);
  assertEquals(ended.length, 1_000);
  assert(ended.every((state) => state === "SUCCESS"));
  assert(rescuedAfter < 10_000, `${rescuedAfter} ms`);
  assertEquals(await server.leftBehind(), []);
});

Deno.test("a drain waits for a retry and not for the future", async () => {
  await using server = await Server.with({
    ".nuvom_plugins.toml": MANIFEST,
    "tasks.ts": `import { jobContext, task } from "nuvom";
      export const flaky = task({ name: "flaky", retries: 2, retryDelay: "200ms" }, () => {
        if (jobContext().attempt < 3) throw new Error("not yet");
        return "at last";
      });`,
  });
  const { id } = await server.json(["enqueue", "flaky"]);
  const later = await server.json(["enqueue", "flaky", "--delay", "1h"]);
  const { stderr } = await server.run(["runworker", "--drain"]);
  assertStringIncludes(stderr, "flaky failure, attempt 1 of 3, again in 2");
  const { state, result, attempts } = await server.json(["status", id]);
  assertEquals([state, result, attempts], ["SUCCESS", "at last", 3]);
  assertEquals((await server.json(["status", later.id])).state, "SCHEDULED");
});
