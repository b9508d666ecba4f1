import { assertEquals } from "@std/assert";
import { FakeClock, QUEUE_CASES, queueSubject, testCases } from "../../testing/mod.ts";
import { newJob } from "../../testing/new_job.ts";
import { MemoryQueue } from "./queue.ts";
import { MemoryStore } from "./store.ts";

const clock = new FakeClock();

testCases(
  "memory queue",
  QUEUE_CASES,
  queueSubject({ clock, open: () => new MemoryQueue({ store: new MemoryStore({ clock }) }) }),
);

const REQUEST = { limit: 10, leaseMs: 100, queues: null, waitMs: 0, workerId: "w" } as const;

Deno.test("MemoryQueue.lease() answers at once when its signal is aborted", async () => {
  const clock = new FakeClock();
  const queue = new MemoryQueue({ store: new MemoryStore({ clock }) });
  const stop = new AbortController();
  const waiting = queue.lease({ ...REQUEST, waitMs: 60_000, signal: stop.signal });
  await clock.advance(10);
  stop.abort();
  assertEquals(await waiting, []);
  assertEquals(clock.pending, 0);
});

Deno.test("MemoryQueue keeps the tokens of two queues of one store apart", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const [a, b] = [new MemoryQueue({ store }), new MemoryQueue({ store })];
  await a.enqueue([newJob()]);
  const [old] = await a.lease(REQUEST);
  await clock.advance(100);
  const [now] = await b.lease(REQUEST);
  assertEquals(now?.id, old?.id);
  assertEquals(await a.settle([{ id: old!.id, token: old!.token, action: "release" }]), ["stale"]);
  assertEquals(await a.settle([{ id: now!.id, token: now!.token, action: "release" }]), ["settled"]);
});

Deno.test("MemoryQueue.close() ends the leases of its own queue only", async () => {
  const clock = new FakeClock();
  const store = new MemoryStore({ clock });
  const [a, b] = [new MemoryQueue({ store }), new MemoryQueue({ store })];
  const waiting = [a.lease({ ...REQUEST, waitMs: 1_000 }), b.lease({ ...REQUEST, waitMs: 1_000 })] as const;
  await a.close();
  assertEquals(await waiting[0], []);
  const job = newJob();
  await b.enqueue([job]);
  assertEquals((await waiting[1]).map(({ id }) => id), [job.id]);
  await b.close();
});
