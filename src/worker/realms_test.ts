/** The worker with real executors: processes that are killed, that block, that are stopped. @module */

import { assertEquals, assertRejects } from "@std/assert";
import { MemoryQueue } from "../backends/mod.ts";
import { type AttemptEnd, EventBus, type JobRecord, type NewJob, systemClock } from "../core/mod.ts";
import { loadGraph, prepareGraph } from "../loader/mod.ts";
import { openRealm, type Realm } from "../sandbox/mod.ts";
import { Worker } from "./worker.ts";

const TASKS = `
import { jobContext, task } from "nuvom";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
export const add = task({ name: "add" }, (a, b) => a + b);
export const wait = task({ name: "wait" }, async (ms) => { await pause(ms); return "waited"; });
export const spin = task({ name: "spin" }, (ms) => { const end = performance.now() + ms; while (performance.now() < end); });
export const loop = task({ name: "loop" }, () => { while (true); });
export const killer = task({ name: "killer" }, () => pause(60_000));
export const polite = task({ name: "polite" }, () => new Promise((_, reject) => {
  const { signal } = jobContext();
  signal.addEventListener("abort", () => reject(signal.reason));
}));
`;

/** A worker whose executors are processes that import one module. */
class Site implements AsyncDisposable {
  readonly queue = new MemoryQueue();
  readonly ends: AttemptEnd[] = [];
  readonly bus = new EventBus();
  readonly realms: Realm[] = [];
  readonly worker: Worker;
  readonly #stack: AsyncDisposableStack;

  private constructor(stack: AsyncDisposableStack, worker: (site: Site) => Worker) {
    this.bus.on("attempts.ended", ({ ends }) => this.ends.push(...ends));
    this.#stack = stack;
    this.worker = worker(this);
  }

  static async open(source: string, options: { executors?: number; leaseMs?: number } = {}): Promise<Site> {
    await using stack = new AsyncDisposableStack();
    const root = await Deno.makeTempDir({ prefix: "nuvom_worker_" });
    stack.defer(() => Deno.remove(root, { recursive: true }));
    await Deno.writeTextFile(`${root}/tasks.ts`, source);
    const url = new URL(`file://${root}/tasks.ts`).href;
    const graph = await prepareGraph(await loadGraph([url], { root }));
    stack.defer(() => graph.dispose());
    return new Site(stack.move(), (site) =>
      new Worker({
        queue: site.queue,
        results: null,
        bus: site.bus,
        clock: systemClock,
        entries: () => Promise.resolve([graph.entryRef(url)]),
        openExecutor: async (host, index) => {
          const name = `executor-${index}`;
          const spec = {
            name,
            kind: "process",
            role: "executor",
            graph,
            grant: {},
            env: {},
            startTimeoutMs: 20_000,
          } as const;
          const realm = await openRealm(spec, host);
          site.realms.push(realm);
          return realm;
        },
        options: {
          workerId: "w",
          executors: 1,
          concurrency: 4,
          batchSize: 100,
          leaseMs: 6_000,
          timeoutGraceMs: 300,
          queues: null,
          ...options,
        },
      }));
  }

  /** Waits until a condition holds. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  /** Runs until everything in the queue is finished. */
  async drain(): Promise<void> {
    await this.worker.start();
    await this.worker.drained();
  }

  /** Enqueues a job of a task. */
  async put(id: string, task: string, args: unknown[], over: Partial<NewJob> = {}): Promise<void> {
    await this.queue.enqueue([{
      id,
      task,
      args: JSON.stringify(args),
      queue: "default",
      priority: 0,
      delayMs: 0,
      maxAttempts: 1,
      retryDelayMs: 10,
      timeoutMs: 0,
      timeoutPolicy: "fail",
      storeResult: true,
      uniqueKey: null,
      uniqueForMs: 0,
      ...over,
    }]);
  }

  async record(id: string): Promise<JobRecord> {
    return (await this.queue.inspect([id]))[0]!;
  }

  /** State, attempts, and the result or the code of the error. */
  async result(id: string): Promise<unknown[]> {
    const { state, attempts, result, error } = await this.record(id);
    return [state, attempts, result ?? error?.code];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.worker.stop({ graceMs: 0 });
    await this.#stack.disposeAsync();
  }
}

Deno.test("Worker runs jobs in processes", async () => {
  await using site = await Site.open(TASKS, { executors: 2 });
  for (let i = 0; i < 500; i++) await site.put(`${i}`, "add", [i, 1]);
  await site.drain();
  assertEquals(site.ends.length, 500);
  assertEquals(await site.result("41"), ["SUCCESS", 1, "42"]);
});

Deno.test("Worker loses no job when an executor is killed while jobs run", async () => {
  await using site = await Site.open(TASKS, { executors: 2 });
  for (let i = 0; i < 12; i++) await site.put(`${i}`, "wait", [200]);
  const ended: string[] = [];
  site.bus.on("executor.ended", ({ reason }) => ended.push(reason));
  const running = new Promise<void>((resolve) => site.bus.on("attempts.started", () => resolve()));
  await site.worker.start();
  await running;
  Deno.kill(site.realms[0]!.pid!, "SIGKILL");
  await site.worker.drained();
  assertEquals(ended, ["crashed"]);
  for (let i = 0; i < 12; i++) assertEquals((await site.record(`${i}`)).state, "SUCCESS");
});

Deno.test("Worker frees the slot of a handler that never yields; its neighbours keep their attempts", async () => {
  await using site = await Site.open(TASKS);
  await site.put("near", "wait", [400], { timeoutMs: 30_000 });
  await site.put("loop", "loop", [], { timeoutMs: 300 });
  await site.put("next", "add", [1, 2]);
  await site.drain();
  assertEquals(await site.result("loop"), ["FAILED", 1, "NUVOM_JOB_TIMEOUT"]);
  assertEquals(await site.result("near"), ["SUCCESS", 1, '"waited"']);
  assertEquals(await site.result("next"), ["SUCCESS", 1, "3"]);
});

Deno.test("Worker ends a job that kills its executor each time, and its neighbours finish", async () => {
  await using site = await Site.open(TASKS);
  await site.put("near", "wait", [300]);
  await site.put("killer", "killer", []);
  const live = new Map<string, number>();
  site.bus.on("executor.started", ({ executor, pid }) => live.set(executor, pid!));
  site.bus.on("executor.ended", ({ executor }) => live.delete(executor));
  site.bus.on("attempts.started", ({ jobs }) => {
    // As the kernel does when memory runs out: the task itself has no right to do it. It runs alone where it may.
    const pid = live.get("executor-1") ?? live.get("executor-0");
    if (jobs.some(({ id }) => id === "killer")) Deno.kill(pid!, "SIGKILL");
  });
  await site.drain();
  assertEquals((await site.record("killer")).error?.code, "NUVOM_JOB_POISON");
  assertEquals(await site.result("near"), ["SUCCESS", 1, '"waited"']);
});

Deno.test("Worker renews leases while handlers block their event loop", async () => {
  await using site = await Site.open(TASKS, { leaseMs: 600 });
  await site.put("loop", "loop", [], { timeoutMs: 1_500 });
  await site.drain();
  const { losses, attempts } = await site.record("loop");
  assertEquals([losses, attempts], [0, 1]);
});

Deno.test("Worker cancels a running job that someone asked to cancel", async () => {
  await using site = await Site.open(TASKS, { leaseMs: 600 });
  await site.put("polite", "polite", []);
  await site.worker.start();
  await site.until(async () => (await site.record("polite")).state === "RUNNING");
  assertEquals(await site.queue.cancel(["polite"]), ["requested"]);
  await site.worker.drained();
  assertEquals(await site.result("polite"), ["CANCELLED", 1, "NUVOM_JOB_CANCELLED"]);
});

Deno.test("Worker.stop() lets running jobs finish, aborts the rest and gives it back", async () => {
  await using site = await Site.open(TASKS);
  await site.put("short", "wait", [100]);
  await site.put("polite", "polite", []);
  for (let i = 0; i < 4; i++) await site.put(`w${i}`, "wait", [60_000]);
  let started = 0;
  site.bus.on("attempts.started", ({ jobs }) => started += jobs.length);
  await site.worker.start();
  await site.until(() => started >= 4);
  await site.worker.stop({ graceMs: 1_000 });
  assertEquals(await site.result("short"), ["SUCCESS", 1, '"waited"']);
  assertEquals(await site.result("polite"), ["PENDING", 0, undefined]);
  assertEquals(await site.result("w0"), ["PENDING", 0, undefined]);
  assertEquals(site.worker.inFlight, 0);
  for (const realm of site.realms) await realm.exited;
});

Deno.test("Worker.start() rejects with what a task module threw, and leaves no process", async () => {
  await using site = await Site.open(`throw new Error("no database");`, { executors: 2 });
  const error = await assertRejects(() => site.worker.start(), Error, "no database");
  assertEquals((error as { code?: string }).code, "NUVOM_TASK_MODULE");
  for (const realm of site.realms) await realm.exited;
});

Deno.test("a handler that blocks its executor does not hold up the jobs behind it", async () => {
  await using site = await Site.open(TASKS, { executors: 2 });
  await site.put("spin", "spin", [4_000]);
  for (let i = 0; i < 7; i++) await site.put(`quick-${i}`, "add", [i, 1]);
  await site.worker.start();
  const ended = () => site.ends.filter(({ next }) => next === "done").map(({ job }) => job.id);
  await site.until(() => ended().length === 7);
  assertEquals(ended().includes("spin"), false, "they were not behind it");
  await site.worker.drained();
  assertEquals((await site.result("spin")).slice(0, 2), ["SUCCESS", 1]);
  assertEquals(ended().length, 8, "each ran once");
});
