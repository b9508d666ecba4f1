import { assertEquals, assertRejects } from "@std/assert";
import { MemoryQueue, MemoryResults, MemoryStore } from "../backends/mod.ts";
import { EventBus, type FinishedJob, NuvomError, type QueueBackend } from "../core/mod.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { newJob } from "../testing/new_job.ts";
import { Client } from "./mod.ts";

const DEFAULTS = { jobTimeoutMs: 60_000, timeoutPolicy: "fail", retryDelayMs: 5_000 } as const;
const REQUEST = { limit: 10_000, leaseMs: 1_000, queues: null, waitMs: 0, workerId: "w" } as const;
const ERROR = { name: "Error", message: "no" };

/** Results share the store of the queue, or have one of their own. */
function open(shared: boolean) {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const queue = new MemoryQueue({ store });
  const results = new MemoryResults({ store: shared ? store : new MemoryStore({ clock }) });
  const client = new Client({ queue, results, defaults: DEFAULTS, clock, bus: new EventBus() });
  return { client, clock, queue, results, operations: client.operations };
}

type Opened = ReturnType<typeof open>;

/** So many jobs that failed, as a worker would leave them behind. */
async function failed({ queue, results, clock }: Opened, count: number, task = "t"): Promise<string[]> {
  await queue.enqueue(Array.from({ length: count }, () => newJob({ task })));
  const jobs = await queue.lease(REQUEST);
  const endings = jobs.map(({ id, token }) => ({ id, token, action: "fail", error: ERROR, attempt: null } as const));
  if (queue.store !== results.store) {
    const ended = jobs.map((job): FinishedJob => ({ ...job, state: "FAILED", finishedAt: clock.now(), error: ERROR }));
    await results.setMany(ended);
  }
  await queue.settle(endings);
  return jobs.map(({ id }) => id);
}

for (const shared of [true, false]) {
  const where = shared ? "one store" : "results with a store of their own";

  Deno.test(`Operations.redrive() makes every failed job ready once, page after page (${where})`, async () => {
    const opened = open(shared);
    const ids = await failed(opened, 1_234);
    await failed(opened, 3, "other");
    const report = await opened.operations.redrive({ task: "t" });
    assertEquals(report, { retried: 1_234, waiting: 0, succeeded: 0, duplicate: 0, unknown: 0 });
    assertEquals((await opened.queue.lease(REQUEST)).map(({ id }) => id).sort(), ids.sort());
    assertEquals((await opened.operations.redrive({ limit: 2 })).retried, 2);
  });

  Deno.test(`Client.status() shows a job that was made ready again as it is now (${where})`, async () => {
    const opened = open(shared);
    const [id] = await failed(opened, 1);
    assertEquals((await opened.client.status(id!))?.state, "FAILED");
    await opened.clock.advance(5);
    await opened.operations.retry([id!]);
    assertEquals((await opened.client.status(id!))?.state, "PENDING");
  });

  Deno.test(`Operations.prune() forgets jobs wherever they are kept (${where})`, async () => {
    const opened = open(shared);
    const ids = await failed(opened, 6_000);
    assertEquals(await opened.operations.prune({ states: ["FAILED"], olderThanMs: null, keep: 0 }), 6_000);
    assertEquals(await opened.client.status(ids[0]!), null);
    assertEquals(await opened.results.listJobs({ limit: 1 }), []);
  });
}

Deno.test("Operations refuses what the queue does not promise, before anything is changed", async () => {
  const { queue, results } = open(true);
  const asked: string[] = [];
  const poor = new Proxy(queue, {
    get(target, key) {
      if (key === "capabilities") return new Set(["inspect"]);
      const value = Reflect.get(target, key, target);
      return typeof value === "function"
        ? (...args: unknown[]) => (asked.push(String(key)), value.apply(target, args))
        : value;
    },
  }) as QueueBackend;
  const bare = { ...results, listJobs: results.listJobs.bind(results), prune: undefined, store: "another" };
  const { operations } = new Client({
    queue: poor,
    results: bare as unknown as MemoryResults,
    defaults: DEFAULTS,
    clock: new FakeClock(),
    bus: new EventBus(),
  });
  const calls = [
    () => operations.cancel(["a"]),
    () => operations.retry(["a"]),
    () => operations.pause("a"),
    () => operations.resume("a"),
    () => operations.prune({ states: ["FAILED"], olderThanMs: 0, keep: null }),
  ];
  for (const call of calls) {
    assertEquals((await assertRejects(call, NuvomError)).code, "NUVOM_QUEUE_UNSUPPORTED");
  }
  assertEquals([await operations.trace("a"), asked], [null, []]);
});
