/** Handlers that never end by themselves, in the executable: they are stopped, and their neighbours lose nothing. @module */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openSqlite, SqliteQueue } from "../../src/backends/mod.ts";
import { Server } from "./server.ts";

const MANIFEST = '[tasks]\nmodules = ["./tasks.ts"]\n';
const TASKS = `import { jobContext, task } from "nuvom";
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const limits = { timeout: "0.5s", timeoutPolicy: "fail" } as const;
export const busyLoop = task({ name: "busy-loop", ...limits }, () => {
  while (true);
});
export const microtaskStorm = task({ name: "microtask-storm", ...limits }, async () => {
  while (true) await null;
});
export const atomicsWait = task({ name: "atomics-wait", ...limits }, () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
export const backtracking = task({ name: "backtracking", ...limits }, () => /^(a+)+$/.test("a".repeat(60) + "b"));
export const deaf = task({ name: "deaf", ...limits }, () => sleep(60_000));
export const again = task({ name: "again", timeout: "0.3s", timeoutPolicy: "retry", retries: 1, retryDelay: 0 }, () => {
  while (jobContext().attempt === 1);
  return "second";
});
export const slow = task({ name: "slow", timeout: "0.2s", timeoutPolicy: "ignore" }, async () => {
  await sleep(800);
  return "late";
});
export const hog = task({ name: "hog", timeout: "60s" }, async () => {
  const held = [];
  while (true) {
    held.push(new Uint8Array(16 * 1024 * 1024).fill(1));
    await sleep(1);
  }
});
export const forever = task({ name: "forever", timeout: 0 }, () => {
  jobContext().log.info("forever");
  while (true);
});
export const polite = task({ name: "polite", timeout: 0 }, async () => {
  const { signal, log } = jobContext();
  log.info("polite");
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  log.info("told at " + Date.now());
});
export const neighbour = task({ name: "neighbour" }, async (n: number) => {
  await sleep(300);
  return n;
});
`;
const GRACE = { NUVOM_TIMEOUT_GRACE_SECS: "0.3" };

interface Job {
  readonly id: string;
  readonly task: string;
  readonly state: string;
  readonly attempts: number;
  readonly result: unknown;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Runs jobs to their ends; answers them by id. */
async function drain(server: Server, lines: readonly unknown[], env: Record<string, string> = {}) {
  await server.ok(["enqueue", "--from", "-"], { stdin: lines.map((line) => JSON.stringify(line)).join("\n") });
  await server.ok(["runworker", "--drain", "--workers", "1", "--concurrency", "4"], { env: { ...GRACE, ...env } });
  const jobs: Job[] = await server.json(["history", "recent", "--limit", "1000"]);
  return new Map(jobs.map((job) => [job.id, job]));
}

const neighbours = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ task: "neighbour", args: [n], id: `neighbour-${n}` }));

function assertNeighbours(jobs: ReadonlyMap<string, Job>, count: number): void {
  for (let n = 0; n < count; n++) {
    const { state, attempts, result } = jobs.get(`neighbour-${n}`)!;
    assertEquals([state, attempts, result], ["SUCCESS", 1, n], `neighbour-${n}`);
  }
}

for (const name of ["busy-loop", "microtask-storm", "atomics-wait", "backtracking", "deaf"]) {
  Deno.test(`a job that runs away (${name}) is stopped, and its neighbours lose no attempt`, async () => {
    await using server = await Server.with({ ".nuvom_plugins.toml": MANIFEST, "tasks.ts": TASKS });
    const jobs = await drain(server, [...neighbours(3), { task: name, id: "bad" }]);
    const { state, attempts, error } = jobs.get("bad")!;
    assertEquals([state, attempts, error?.code], ["FAILED", 1, "NUVOM_JOB_TIMEOUT"]);
    assertNeighbours(jobs, 3);
    assertEquals(await server.leftBehind(), []);
  });
}

Deno.test("a timeout is tried again or only reported, as its policy says", async () => {
  await using server = await Server.with({ ".nuvom_plugins.toml": MANIFEST, "tasks.ts": TASKS });
  const jobs = await drain(server, [{ task: "again", id: "again" }, { task: "slow", id: "slow" }]);
  const { state, attempts, result } = jobs.get("again")!;
  assertEquals([state, attempts, result], ["SUCCESS", 2, "second"]);
  assertEquals([jobs.get("slow")!.state, jobs.get("slow")!.result], ["SUCCESS", "late"]);
});

Deno.test("a job that eats memory ends as poison after three executors, and its neighbours lose no attempt", async () => {
  await using server = await Server.with({ ".nuvom_plugins.toml": MANIFEST, "tasks.ts": TASKS });
  const lines = [...neighbours(3), { task: "hog", id: "bad" }];
  const jobs = await drain(server, lines, { NUVOM_EXECUTOR_MEMORY_MB: "256", NUVOM_RETRY_DELAY_SECS: "0" });
  const { state, attempts, error } = jobs.get("bad")!;
  assertEquals([state, attempts, error?.code], ["FAILED", 3, "NUVOM_JOB_POISON"]);
  assertStringIncludes(error!.message, "memory limit");
  assertNeighbours(jobs, 3);
});

Deno.test("a cancel from another process reaches a running handler within a second, and ends one that does not listen", async () => {
  await using server = await Server.with({ ".nuvom_plugins.toml": MANIFEST, "tasks.ts": TASKS });
  const lines = [{ task: "polite", id: "polite" }, { task: "forever", id: "forever" }];
  await server.ok(["enqueue", "--from", "-"], { stdin: lines.map((line) => JSON.stringify(line)).join("\n") });
  const worker = server.start(["runworker", "--workers", "2"], { env: { ...GRACE, NUVOM_LEASE_SECS: "30" } });
  await worker.saw("polite");
  await worker.saw("forever");
  using store = closing(openSqlite({ path: `${server.folder}/.nuvom/nuvom.db`, synchronous: "NORMAL" }));
  const queue = new SqliteQueue(store.value);
  const askedAt = Date.now();
  assertEquals(await queue.cancel(["polite", "forever"]), ["requested", "requested"]);
  await worker.saw(/told at \d+/);
  const [, toldAt] = /told at (\d+)/.exec(worker.log)!;
  assert(Number(toldAt) - askedAt < 2_000, `${Number(toldAt) - askedAt} ms`);
  for (let state = ""; state !== "CANCELLED CANCELLED";) {
    const jobs = await queue.inspect(["polite", "forever"]);
    state = jobs.map((job) => job!.state).join(" ");
    assert(Date.now() - askedAt < 20_000, state);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals((await worker.end("SIGTERM")).code, 0);
});

function closing<T extends { close(): void }>(value: T) {
  return { value, [Symbol.dispose]: () => value.close() };
}
