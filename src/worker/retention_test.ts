import { assertEquals } from "@std/assert";
import { MemoryQueue, MemoryResults, MemoryStore } from "../backends/mod.ts";
import { EventBus, type EventTable, type PruneRequest, type QueueBackend } from "../core/mod.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { newJob } from "../testing/new_job.ts";
import { Retention, type RetentionParts } from "./retention.ts";

const MINUTE = 60_000;
const REQUEST = { limit: 10_000, leaseMs: 1_000, queues: null, waitMs: 0, workerId: "w" } as const;

function open(overrides: Partial<RetentionParts> = {}) {
  const clock = new FakeClock();
  const queue = new MemoryQueue({ store: new MemoryStore({ clock }) });
  const bus = new EventBus();
  const warnings: EventTable["log"][] = [];
  bus.on("log", (line) => line.level === "warn" && warnings.push(line));
  const rules = [{ states: ["SUCCESS"], keepMs: 10 * MINUTE, keep: null }] as const;
  const retention = new Retention({
    queue,
    results: null,
    clock,
    bus,
    random: () => 0.5,
    intervalMs: MINUTE,
    rules,
    ...overrides,
  });
  return { clock, queue, retention, warnings };
}

async function succeed(queue: QueueBackend, count: number): Promise<void> {
  await queue.enqueue(Array.from({ length: count }, () => newJob()));
  const jobs = await queue.lease(REQUEST);
  await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
}

Deno.test("Retention forgets what is older than the rule says, in steps, again and again until it is stopped", async () => {
  const asked: PruneRequest[] = [];
  const { clock, queue, retention } = open();
  const { prune } = MemoryQueue.prototype;
  queue.prune = (request) => (asked.push(request), prune.call(queue, request));
  await succeed(queue, 2_500);
  retention.start();
  await clock.advance(9 * MINUTE);
  assertEquals(asked.length, 9, "a look a minute");
  await clock.advance(2 * MINUTE);
  const results = asked.slice(9).map(({ limit }) => limit);
  assertEquals(results, [1_000, 1_000, 1_000, 1_000], "three steps, and a look that finds nothing");
  await retention.stop();
  assertEquals(clock.pending, 0);
});

Deno.test("Retention asks results that stand apart, too", async () => {
  const asked: string[] = [];
  const results = new MemoryResults();
  results.prune = () => (asked.push("results"), Promise.resolve(0));
  const { clock, queue, retention } = open({ results });
  queue.prune = () => (asked.push("queue"), Promise.resolve(0));
  retention.start();
  await clock.advance(MINUTE);
  await retention.stop();
  assertEquals(asked, ["queue", "results"]);
});

Deno.test("Retention warns of a store that fails, and tries again", async () => {
  const { clock, queue, retention, warnings } = open();
  queue.prune = () => Promise.reject(new Error("no disk"));
  retention.start();
  await clock.advance(2 * MINUTE);
  await retention.stop();
  assertEquals(warnings.map(({ message }) => message), Array(2).fill("finished jobs could not be forgotten: no disk"));
});

Deno.test("Retention does nothing where there is nothing to do", async () => {
  const keepAll = open({ rules: [{ states: ["SUCCESS"], keepMs: null, keep: null }] });
  keepAll.retention.start();
  assertEquals(keepAll.clock.pending, 0);
  await keepAll.retention.stop();
  await open().retention.stop();
});

Deno.test("Retention rests longer than it works", async () => {
  let now = 0;
  const waits: number[] = [];
  const looked = Promise.withResolvers<void>();
  const timer = (ms: number, fn: () => void) => {
    waits.push(ms);
    if (waits.length < 4) queueMicrotask(fn);
    else looked.resolve();
    return () => {};
  };
  const { queue, retention } = open({ clock: { now: () => now, monotonic: () => now, timer } });
  const steps = [1_000, 3];
  queue.prune = () => {
    now += 10;
    return Promise.resolve(steps.shift() ?? 0);
  };
  retention.start();
  await looked.promise;
  assertEquals(waits, [MINUTE / 2, 40, 40, MINUTE]);
  await retention.stop();
});
