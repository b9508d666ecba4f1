import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { MemoryQueue, MemoryResults, MemoryStore } from "../backends/mod.ts";
import { checkTaskOptions, type EnqueueOrder, EventBus, type FinishedJob, type NuvomError } from "../core/mod.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { Client } from "./mod.ts";

const add = checkTaskOptions({ name: "add", retries: 2, queue: "sums", priority: 3, timeout: "2s" });
const DEFAULTS = { jobTimeoutMs: 60_000, timeoutPolicy: "fail", retryDelayMs: 5_000 } as const;

function open() {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const queue = new MemoryQueue({ store });
  const bus = new EventBus();
  const client = new Client({ queue, results: new MemoryResults({ store }), defaults: DEFAULTS, clock, bus });
  const runNext = async () => {
    const [job] = await queue.lease({ limit: 1, leaseMs: 1_000, queues: null, waitMs: 0, workerId: "w" });
    await queue.settle([{ id: job!.id, token: job!.token, action: "succeed", result: "12" }]);
    const outcome = { kind: "success", result: "12" } as const;
    bus.emit("attempts.ended", { ends: [{ job: job!, outcome, next: "done", durationMs: 1 }] });
  };
  return { client, clock, queue, bus, runNext };
}

Deno.test("Client.enqueue() fills in what task and settings say", async () => {
  const { client, queue } = open();
  const [receipt] = await client.enqueue([{ task: add, args: "[5,7]" }]);
  const [job] = await queue.inspect([receipt!.id]);
  assertMatch(receipt!.id, /^[0-9A-HJKMNP-TV-Z]{26}$/);
  const { task, args, queue: name, priority, maxAttempts, retryDelayMs, timeoutMs, timeoutPolicy } = job!;
  assertEquals(
    { task, args, name, priority, maxAttempts, retryDelayMs, timeoutMs, timeoutPolicy },
    {
      task: "add",
      args: "[5,7]",
      name: "sums",
      priority: 3,
      maxAttempts: 3,
      retryDelayMs: 5_000,
      timeoutMs: 2_000,
      timeoutPolicy: "fail",
    },
  );
});

Deno.test("Client.enqueue() lets one order differ from its task", async () => {
  const { client } = open();
  const overrides = { id: "my-id", queue: "other", priority: -1, delayMs: 500, uniqueKey: "k" };
  await client.enqueue([{ task: add, args: "[]", overrides }]);
  const job = await client.status("my-id");
  assertEquals([job?.queue, job?.priority, job?.delayMs, job?.uniqueKey, job?.state], [
    "other",
    -1,
    500,
    "k",
    "SCHEDULED",
  ]);
  assertEquals(await client.enqueue([{ task: add, args: "[]", overrides: { uniqueKey: "k" } }]), [
    { id: "my-id", duplicate: true },
  ]);
});

Deno.test("Client.enqueue() adds nothing when one order is bad, and says what is wrong", async () => {
  const { client, queue } = open();
  const good: EnqueueOrder = { task: add, args: "[]" };
  const bad: [unknown, string][] = [
    [null, "expected an order, found null"],
    [{ task: null, args: "[]" }, "expected a task, found null"],
    [{ task: { ...add, name: "no spaces" }, args: "[]" }, '"no spaces" is no name for a task'],
    [{ task: { ...add, retries: 1e9 }, args: "[]" }, 'retries of the task "add"'],
    [{ task: { ...add, storeResult: "yes" }, args: "[]" }, "storeResult"],
    [{ task: add, args: [1] }, "expected the arguments as JSON text, found [1]"],
    [{ task: add, args: "[]", overrides: { id: "a/b" } }, 'found "a/b"'],
    [{ task: add, args: "[]", overrides: { delayMs: -1 } }, "expected a delay from 0 to"],
    [{ task: add, args: "[]", overrides: { uniqueKey: "" } }, "expected a unique key of 1 to 500 characters"],
    [{ task: add, args: "[]", overrides: { uniqueKey: "a\0b" } }, "without control characters"],
    [{ task: add, args: "[]", overrides: { priority: 2_000 } }, 'priority of a job of the task "add"'],
  ];
  for (const [order, message] of bad) {
    const error = await assertRejects(() => client.enqueue([good, order as EnqueueOrder]));
    assertStringIncludes((error as Error).message, message);
    assertMatch((error as NuvomError).code, /^NUVOM_(ORDER_INVALID|TASK_OPTIONS)$/);
  }
  assertEquals(await queue.qsize(), 0);
});

Deno.test("Client.enqueue() tells the bus what was added, without duplicates", async () => {
  const { client, bus } = open();
  const told: unknown[] = [];
  bus.on("jobs.enqueued", ({ jobs }) => told.push(...jobs));
  const twice = { task: add, args: "[]", overrides: { id: "one" } };
  await client.enqueue([twice, twice, { task: add, args: "[]", overrides: { id: "two" } }]);
  assertEquals(told, [{ id: "one", task: "add", queue: "sums" }, { id: "two", task: "add", queue: "sums" }]);
});

Deno.test("Client.wait() answers at once when the job ends in this process", async () => {
  const { client, clock, runNext } = open();
  await client.enqueue([{ task: add, args: "[]", overrides: { id: "job" } }]);
  const answer = client.wait("job", 60_000);
  await clock.advance(1_000);
  const before = clock.now();
  await runNext();
  assertEquals(await answer, { state: "SUCCESS", result: "12", error: null });
  assertEquals(clock.now(), before);
});

Deno.test("Client.wait() sees the end of a job of another process, and gives up after its time", async () => {
  const { client, clock, queue } = open();
  await client.enqueue([{ task: add, args: "[]", overrides: { id: "job" } }]);
  const over = client.wait("job", 300);
  await clock.advance(300);
  assertEquals(await over, null);
  const answer = client.wait("job", 60_000);
  assertEquals(await queue.cancel(["job"]), ["cancelled"]);
  await clock.advance(250);
  assertEquals((await answer)?.state, "CANCELLED");
});

Deno.test("Client.status() prefers what separate results hold of a job that is not settled yet", async () => {
  const clock = new FakeClock();
  const queue = new MemoryQueue({ store: new MemoryStore({ clock }) });
  const results = new MemoryResults({ store: new MemoryStore({ clock }) });
  const client = new Client({ queue, results, defaults: DEFAULTS, clock, bus: new EventBus() });
  await client.enqueue([{ task: add, args: "[]", overrides: { id: "job" } }]);
  assertEquals((await client.status("job"))?.state, "PENDING");
  const [leased] = await queue.lease({ limit: 1, leaseMs: 1_000, queues: null, waitMs: 0, workerId: "w" });
  const finished = { ...leased, state: "SUCCESS", finishedAt: 5, result: "1" } as unknown as FinishedJob;
  await results.setMany([finished]);
  assertEquals((await client.status("job"))?.state, "SUCCESS");
  assertEquals(await client.status("unknown"), null);
  assert((await client.history({ limit: 5 })).length === 1);
});

Deno.test("Client.wait() sees the end that the queue itself gives a job, with results that stand apart", async () => {
  const clock = new FakeClock();
  const queue = new MemoryQueue({ store: new MemoryStore({ clock }) });
  const results = new MemoryResults({ store: new MemoryStore({ clock }) });
  const client = new Client({ queue, results, defaults: DEFAULTS, clock, bus: new EventBus() });
  await client.enqueue([{ task: add, args: "[]", overrides: { id: "job" } }]);
  await queue.cancel(["job"]);
  assertEquals((await client.wait("job", 0))?.state, "CANCELLED");
});
