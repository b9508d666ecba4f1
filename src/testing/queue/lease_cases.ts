/** What `lease` promises. @module */

import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import type { LeasedJob, QueueBackend } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";

const RECORD_FIELDS = [
  "args",
  "attempts",
  "createdAt",
  "delayMs",
  "error",
  "errors",
  "finishedAt",
  "id",
  "losses",
  "maxAttempts",
  "priority",
  "queue",
  "result",
  "retryDelayMs",
  "runAt",
  "startedAt",
  "state",
  "storeResult",
  "task",
  "timeoutMs",
  "timeoutPolicy",
  "uniqueForMs",
  "uniqueKey",
  "workerId",
];
const LEASE_FIELDS = ["leaseUntil", "token"];

/** Cases of the group `lease`. */
export const LEASE_CASES = inGroup<QueueHarness>("lease", [
  {
    name: "lease() counts the attempt and stamps worker, token and times",
    needs: [],
    async run(h) {
      await h.add();
      const job = await h.leaseOne({ workerId: "worker-7", leaseMs: 20_000 });
      const { state, attempts, losses, workerId, errors, error, result, finishedAt } = job;
      assertEquals(
        { state, attempts, losses, workerId, errors, error, result, finishedAt },
        {
          state: "RUNNING",
          attempts: 1,
          losses: 0,
          workerId: "worker-7",
          errors: [],
          error: null,
          result: null,
          finishedAt: null,
        },
      );
      assert(/^.{1,200}$/s.test(job.token), `a token has 1 to 200 characters, this one ${job.token.length}`);
      assertLessOrEqual(job.createdAt, job.startedAt!);
      assertLessOrEqual(Math.abs(job.leaseUntil - job.startedAt! - 20_000), 1_000);
      assertEquals(job.runAt - job.createdAt, 0);
    },
  },
  {
    name: "lease() answers plain data with every field of a record",
    needs: [],
    async run(h) {
      await h.add();
      const job = await h.leaseOne();
      assertEquals(Object.keys(job).sort(), [...RECORD_FIELDS, ...LEASE_FIELDS].sort());
      assertEquals(JSON.parse(JSON.stringify(job)), { ...job });
    },
  },
  {
    name: "lease() answers at most `limit` jobs, each of them once",
    needs: [],
    async run(h) {
      const jobs = await h.addMany(5);
      const seen: string[] = [];
      while (seen.length < 5) {
        const some = await h.lease({ limit: 2 });
        assertGreater(some.length, 0, "jobs are ready, and a lease must answer some");
        assertLessOrEqual(some.length, 2);
        seen.push(...some.map(({ id }) => id));
      }
      assertEquals(seen.sort(), jobs.map(({ id }) => id).sort());
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "lease() gives every lease a token of its own",
    needs: [],
    async run(h) {
      await h.addMany(3);
      const first = await h.leaseAll(3);
      for (const job of first) await h.end(job, { action: "release" });
      const tokens = [...first, ...await h.leaseAll(3)].map(({ token }) => token);
      assertEquals(new Set(tokens).size, 6);
    },
  },
  {
    name: "lease() answers an empty list at once when it may not wait",
    needs: [],
    async run(h) {
      assertEquals(await h.within(2_000, "the answer of a lease that may not wait", h.lease()), []);
    },
  },
  {
    name: "lease() answers an empty list when its time is over",
    needs: [],
    async run(h) {
      assertEquals(await h.within(3_000, "the answer of a lease that waits 200 ms", h.lease({ waitMs: 200 })), []);
    },
  },
  {
    name: "lease() wakes when a job is enqueued",
    needs: [],
    run: (h) => wakesBy(h, async () => (await h.add()).id),
  },
  {
    name: "lease() wakes when a job is enqueued through another client",
    needs: ["shared"],
    async run(h) {
      const other = await h.second();
      await wakesBy(h, async () => {
        const job = h.job();
        await other.enqueue([job]);
        return job.id;
      });
    },
  },
  {
    name: "lease() wakes when a job is released",
    needs: [],
    async run(h) {
      await h.add();
      const job = await h.leaseOne();
      await wakesBy(h, async () => {
        await h.end(job, { action: "release" });
        return job.id;
      });
    },
  },
  {
    name: "lease() hands out jobs of the queues that it names, and of all when it names none",
    needs: [],
    async run(h) {
      await h.queue.enqueue(["a", "b", "a", "c"].map((queue) => h.job({ queue })));
      const queuesOf = (jobs: readonly LeasedJob[]) => jobs.map(({ queue }) => queue).sort();
      assertEquals(await h.lease({ queues: ["d"] }), []);
      assertEquals(queuesOf(await h.leaseAll(3, { queues: ["c", "a", "c"] })), ["a", "a", "c"]);
      assertEquals(await h.lease({ queues: ["a", "c"] }), []);
      assertEquals(queuesOf(await h.leaseAll(1)), ["b"]);
    },
  },
  {
    name: "lease() finds a job behind many of a queue that nobody asks for",
    needs: [],
    async run(h) {
      await h.addMany(50, { queue: "crowded" });
      const job = await h.add({ queue: "wanted" });
      assertEquals((await h.next({ queues: ["wanted"] })).id, job.id);
      await h.leaseAll(50, { queues: ["crowded"] });
    },
  },
  {
    name: "lease() finds the jobs of a hundred queues",
    needs: [],
    async run(h) {
      const jobs = Array.from({ length: 100 }, (_, index) => h.job({ queue: `q${index}` }));
      await h.queue.enqueue(jobs);
      const leased = await h.leaseAll(100, { limit: 7 });
      assertEquals(leased.map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
    },
  },
  {
    name: "lease() hands out jobs in the order of their enqueue, whatever their ids",
    needs: ["fifo"],
    async run(h) {
      const { id } = h.job();
      const jobs = ["9", "10", "b", "a", "1", "0"].map((end) => h.job({ id: `${end}_${id}` }));
      await h.queue.enqueue(jobs.slice(0, 3));
      for (const job of jobs.slice(3)) await h.queue.enqueue([job]);
      const leased = await h.leaseAll(6, { limit: 4 });
      assertEquals(leased.map(({ id }) => id), jobs.map(({ id }) => id));
    },
  },
  {
    name: "lease() hands out higher priorities first",
    needs: ["priority"],
    async run(h) {
      const priorities = [0, -1_000, 5, 1_000, -1, 1, 10, 9];
      await h.queue.enqueue(priorities.slice(0, 4).map((priority) => h.job({ priority })));
      await h.queue.enqueue(priorities.slice(4).map((priority) => h.job({ priority })));
      const leased = await h.leaseAll(8, { limit: 3 });
      assertEquals(leased.map(({ priority }) => priority), [1_000, 10, 9, 5, 1, 0, -1, -1_000]);
    },
  },
  {
    name: "lease() hands out equal priorities in the order of their enqueue",
    needs: ["priority", "fifo"],
    async run(h) {
      const jobs = Array.from({ length: 12 }, (_, index) => h.job({ priority: index % 3 }));
      await h.queue.enqueue(jobs);
      const expected = [2, 1, 0].flatMap((wanted) => jobs.filter(({ priority }) => priority === wanted));
      const leased = await h.leaseAll(12, { limit: 5 });
      assertEquals(leased.map(({ id }) => id), expected.map(({ id }) => id));
    },
  },
  {
    name: "lease() keeps the priority of a job that comes back",
    needs: ["priority"],
    async run(h) {
      await h.add({ priority: 1 });
      const low = await h.leaseOne();
      const high = await h.add({ priority: 2 });
      await h.end(low, { action: "release" });
      assertEquals((await h.leaseAll(2, { limit: 1 })).map(({ id }) => id), [high.id, low.id]);
    },
  },
  {
    name: "lease() hands out a delayed job when its time has come, and not before",
    needs: ["delay"],
    async run(h) {
      const begun = h.elapsed();
      const { id } = await h.add({ delayMs: 300 });
      const job = await h.next();
      h.assertElapsed(begun, 300, "a delayed job");
      assertEquals([job.id, job.delayMs, job.runAt - job.createdAt], [id, 300, 300]);
      assertLessOrEqual(job.runAt, job.startedAt!);
    },
  },
  {
    name: "lease() hands out delayed jobs in the order of their times, past those that are far off",
    needs: ["delay"],
    async run(h) {
      await h.add({ delayMs: 31_536_000_000, priority: 10 });
      const [late, soon] = [await h.add({ delayMs: 500 }), await h.add({ delayMs: 150 })];
      const ready = await h.add();
      const order = [await h.next(), await h.next(), await h.next()].map(({ id }) => id);
      assertEquals(order, [ready.id, soon.id, late.id]);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "lease() gives many consumers different jobs",
    needs: [],
    run: (h) => consumeTogether(h, [h.queue]),
  },
  {
    name: "lease() gives the consumers of two clients different jobs",
    needs: ["shared"],
    run: async (h) => await consumeTogether(h, [h.queue, await h.second()]),
  },
]);

/** A lease that waits long is answered soon after something has made a job ready. */
async function wakesBy(h: QueueHarness, makeReady: () => Promise<string>): Promise<void> {
  const waiting = h.lease({ waitMs: 60_000 });
  await h.advance(100);
  const id = await makeReady();
  const jobs = await h.within(3_000, "the answer of a waiting lease for which a job is ready", waiting);
  assertEquals(jobs.map((job) => job.id), [id]);
}

async function consumeTogether(h: QueueHarness, clients: readonly QueueBackend[]): Promise<void> {
  const taken: string[] = [];
  let added = 0;
  const produce = async () => {
    for (; added < 200; added += 20) await h.addMany(20);
  };
  const consume = async (client: QueueBackend) => {
    while (true) {
      const wasAdded = added;
      const jobs = await h.lease({ limit: 7 }, client);
      taken.push(...jobs.map(({ id }) => id));
      if (jobs.length === 0 && wasAdded >= 200) return;
    }
  };
  await Promise.all([produce(), ...clients.flatMap((client) => [1, 2, 3, 4].map(() => consume(client)))]);
  assert(new Set(taken).size === taken.length, "a job was handed out twice");
  assertEquals(taken.length, 200, "every job was handed out");
}
