import { assertEquals, assertRejects } from "@std/assert";
import {
  type BackendOptions,
  type JobRecord,
  MAX_LEASE_LOSSES,
  NuvomError,
  type QueueCapability,
} from "../core/mod.ts";
import { FakeClock, QUEUE_CASES, queueSubject, testCases } from "../testing/mod.ts";
import { newJob } from "../testing/new_job.ts";
import { BaseJobQueue } from "./base_job_queue.ts";
import { BasicQueueAdapter } from "./basic_queue_adapter.ts";

/** The smallest queue that there is. */
class ListQueue extends BaseJobQueue {
  jobs: JobRecord[] = [];

  enqueue(job: JobRecord) {
    this.jobs.push(job);
  }
  dequeue(_timeoutMs: number): JobRecord | null | Promise<JobRecord | null> {
    return this.jobs.shift() ?? null;
  }
  popBatch(size: number) {
    return this.jobs.splice(0, size);
  }
  qsize() {
    return this.jobs.length;
  }
  clear() {
    this.jobs.length = 0;
  }
}

const lists = new Map<string, JobRecord[]>();

/** A queue that keeps more, and claims what five methods can't keep. */
class BoldQueue extends ListQueue {
  override readonly capabilities: readonly QueueCapability[] = [
    "fifo",
    "durable",
    "shared",
    "namespace",
    "lease",
    "unique",
  ];

  constructor(options?: BackendOptions) {
    super(options);
    this.jobs = lists.get(this.options.namespace) ?? this.jobs;
    lists.set(this.options.namespace, this.jobs);
  }
}

const clock = new FakeClock();

testCases("basic queue", QUEUE_CASES, queueSubject({ clock, open: () => new ListQueue() }));
testCases(
  "basic queue with claims",
  QUEUE_CASES,
  queueSubject({ clock, open: (namespace) => new BoldQueue({ namespace, settings: {} }) }),
);

const REQUEST = { limit: 10, leaseMs: 1_000, queues: null, waitMs: 0, workerId: "w" } as const;

Deno.test("BasicQueueAdapter leaves out claims that five methods can't keep", () => {
  const { capabilities } = new BasicQueueAdapter("bold", new BoldQueue());
  assertEquals([...capabilities], ["fifo", "durable", "shared", "namespace"]);
});

Deno.test("BasicQueueAdapter.enqueue() refuses what the queue would not keep, and adds nothing", async () => {
  const queue = new ListQueue();
  const adapter = new BasicQueueAdapter("list", queue);
  const delayed = await assertRejects(() => adapter.enqueue([newJob(), newJob({ delayMs: 1 })]), NuvomError);
  const unique = await assertRejects(() => adapter.enqueue([newJob(), newJob({ uniqueKey: "k" })]), NuvomError);
  assertEquals([delayed.code, unique.code, queue.jobs.length], ["NUVOM_QUEUE_NO_DELAY", "NUVOM_QUEUE_NO_UNIQUE", 0]);
});

Deno.test("BasicQueueAdapter.clear() does not clear all queues when asked for one", async () => {
  const queue = new ListQueue();
  const adapter = new BasicQueueAdapter("list", queue);
  await adapter.enqueue([newJob({ queue: "a" })]);
  const error = await assertRejects(() => adapter.clear("b"), NuvomError);
  assertEquals([error.code, queue.jobs.length], ["NUVOM_QUEUE_UNSUPPORTED", 1]);
});

Deno.test("BasicQueueAdapter.lease() waits in dequeue(), and is woken by what that brings", async () => {
  const clock = new FakeClock();
  const coming = Promise.withResolvers<JobRecord>();
  const waits: number[] = [];
  const queue = new ListQueue();
  queue.dequeue = (timeoutMs) => {
    waits.push(timeoutMs);
    return coming.promise;
  };
  const adapter = new BasicQueueAdapter("list", queue, clock);
  const waiting = adapter.lease({ ...REQUEST, waitMs: 300 });
  await clock.advance(100);
  assertEquals([waits, clock.pending], [[300], 0]);
  const helper = new ListQueue();
  await new BasicQueueAdapter("helper", helper, clock).enqueue([newJob({ id: "came" })]);
  coming.resolve(helper.jobs[0]!);
  assertEquals((await waiting).map(({ id }) => id), ["came"]);
});

Deno.test("BasicQueueAdapter puts back a job that comes out of dequeue() after close()", async () => {
  const clock = new FakeClock();
  const coming = Promise.withResolvers<JobRecord>();
  const queue = new ListQueue();
  const adapter = new BasicQueueAdapter("list", queue, clock);
  await adapter.enqueue([newJob({ id: "late" })]);
  const [late] = queue.popBatch(1);
  queue.dequeue = () => coming.promise;
  const waiting = adapter.lease({ ...REQUEST, waitMs: 300 });
  await clock.advance(0);
  await adapter.close();
  coming.resolve(late!);
  assertEquals(await waiting, []);
  assertEquals(queue.jobs.map(({ id }) => id), ["late"]);
});

Deno.test("BasicQueueAdapter.close() puts back what was leased and what was to come back", async () => {
  const clock = new FakeClock();
  const queue = new ListQueue();
  const adapter = new BasicQueueAdapter("list", queue, clock);
  await adapter.enqueue([newJob({ id: "leased" }), newJob({ id: "snoozed" }), newJob({ id: "waiting" })]);
  const [, snoozed] = await adapter.lease({ ...REQUEST, limit: 2 });
  await adapter.settle([{ id: "snoozed", token: snoozed!.token, action: "snooze", delayMs: 60_000 }]);
  await adapter.close();
  assertEquals(queue.jobs.map(({ id, attempts }) => `${id} ${attempts}`).sort(), [
    "leased 0",
    "snoozed 0",
    "waiting 0",
  ]);
});

Deno.test("BasicQueueAdapter hands out no job that was lost too often, and shows it as failed", async () => {
  const clock = new FakeClock();
  const adapter = new BasicQueueAdapter("list", new ListQueue(), clock);
  await adapter.enqueue([newJob({ id: "poison" })]);
  for (let losses = 0; losses < MAX_LEASE_LOSSES; losses++) {
    assertEquals((await adapter.lease(REQUEST)).map((job) => job.losses), [losses]);
    await clock.advance(1_000);
  }
  assertEquals(await adapter.lease(REQUEST), []);
  const [record] = await adapter.inspect(["poison"]);
  assertEquals([record?.state, record?.error?.code], ["FAILED", "NUVOM_JOB_LOST"]);
});

Deno.test("BasicQueueAdapter.lease() keeps what it has taken when the queue then fails", async () => {
  class OneByOne extends ListQueue {
    left = 2;
    override popBatch() {
      if (this.left-- === 0) throw new Error("gone");
      return super.popBatch(1);
    }
  }
  const adapter = new BasicQueueAdapter("q", new OneByOne(), clock);
  await adapter.enqueue(["a", "b", "c"].map((id) => newJob({ id })));
  await assertRejects(() => adapter.lease(REQUEST), Error, "gone");
  assertEquals((await adapter.lease(REQUEST)).map(({ id }) => id), ["a", "b", "c"]);
});
