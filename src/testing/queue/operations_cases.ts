/** What the methods promise that look at a queue as a whole. @module */

import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { QUEUE_CAPABILITIES } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import { randomName } from "../harness.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { retry } from "./endings.ts";

/** Cases of the group `operations`. */
export const OPERATIONS_CASES = inGroup<QueueHarness>("operations", [
  {
    name: "capabilities holds only words of the contract",
    needs: [],
    run(h) {
      assert(h.queue.capabilities instanceof Set, "capabilities is a Set");
      assertEquals([...h.queue.capabilities].filter((name) => !QUEUE_CAPABILITIES.includes(name)), []);
      return Promise.resolve();
    },
  },
  {
    name: "qsize() counts jobs that wait, not those that run or have ended",
    needs: [],
    async run(h) {
      assertEquals(await h.queue.qsize(), 0);
      await h.addMany(4);
      assertEquals(await h.queue.qsize(), 4);
      const [done, back, later] = await h.leaseAll(3);
      assertEquals(await h.queue.qsize(), 1);
      await h.end(done!);
      await h.end(back!, { action: "release" });
      await h.end(later!, { action: "snooze", delayMs: 60_000 });
      assertEquals(await h.queue.qsize(), 3);
    },
  },
  {
    name: "qsize() counts jobs that wait for their time",
    needs: ["delay"],
    async run(h) {
      await h.add({ delayMs: 60_000 });
      assertEquals(await h.queue.qsize(), 1);
    },
  },
  {
    name: "qsize() counts one queue when asked for one",
    needs: ["inspect"],
    async run(h) {
      await h.queue.enqueue(["a", "b", "a"].map((queue) => h.job({ queue })));
      const sizes = [await h.queue.qsize("a"), await h.queue.qsize("b"), await h.queue.qsize("c")];
      assertEquals(sizes, [2, 1, 0]);
    },
  },
  {
    name: "clear() removes what waits and answers how much that was",
    needs: [],
    async run(h) {
      await h.addMany(4);
      await h.end(await h.leaseOne(), retry(1, 60_000));
      assertEquals(await h.queue.clear(), 4);
      assertEquals(await h.queue.qsize(), 0);
      assertEquals(await h.lease(), []);
      assertEquals(await h.queue.clear(), 0);
      const { id } = await h.add();
      assertEquals((await h.leaseOne()).id, id);
    },
  },
  {
    name: "clear() does not touch running jobs",
    needs: [],
    async run(h) {
      await h.addMany(3);
      const [done, back] = await h.leaseAll(2);
      assertEquals(await h.queue.clear(), 1);
      assertEquals(await h.queue.renew([done!, back!], 30_000), { lost: [], cancelled: [] });
      await h.end(done!);
      await h.end(back!, { action: "release" });
      assertEquals((await h.leaseOne()).id, back!.id);
    },
  },
  {
    name: "clear() removes jobs that wait for their time",
    needs: ["delay"],
    async run(h) {
      await h.add({ delayMs: 200 });
      assertEquals(await h.queue.clear(), 1);
      await h.advance(300);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "clear() removes the jobs of one queue when asked for one",
    needs: ["inspect"],
    async run(h) {
      const jobs = ["a", "b", "a"].map((queue) => h.job({ queue }));
      await h.queue.enqueue(jobs);
      assertEquals(await h.queue.clear("a"), 2);
      assertEquals((await h.leaseAll(1)).map(({ id }) => id), [jobs[1]!.id]);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "inspect() answers in order, null for what was never there or was cleared",
    needs: ["inspect"],
    async run(h) {
      const [kept, cleared] = [await h.add({ queue: "kept" }), await h.add({ queue: "cleared" })];
      await h.queue.clear("cleared");
      const records = await h.queue.inspect([randomName("unknown"), kept.id, cleared.id, kept.id]);
      assertEquals(records.map((record) => record?.id ?? null), [null, kept.id, null, kept.id]);
      assertEquals(await h.queue.inspect([]), []);
    },
  },
  {
    name: "inspect() shows a job through its life",
    needs: ["inspect"],
    async run(h) {
      const job = await h.add({ args: '["a"]' });
      const waiting = (await h.record(job.id))!;
      const { state, attempts, startedAt, workerId } = waiting;
      assertEquals({ state, attempts, startedAt, workerId }, {
        state: "PENDING",
        attempts: 0,
        startedAt: null,
        workerId: null,
      });
      const leased = await h.leaseOne({ workerId: "w" });
      const { token: _token, leaseUntil: _leaseUntil, ...running } = leased;
      assertEquals(await h.record(job.id), { ...running }, "a record is what was leased, without the lease");
      await h.end(leased, { action: "release" });
      assertEquals(await h.record(job.id), waiting, "a released job is as it was");
    },
  },
  {
    name: "inspect() shows as scheduled a job that waits for its time, and then as pending",
    needs: ["inspect", "delay"],
    async run(h) {
      const [soon, late] = [await h.add({ delayMs: 100 }), await h.add({ delayMs: 60_000 })];
      await h.advance(150);
      assertEquals([(await h.record(soon.id))?.state, (await h.record(late.id))?.state], ["PENDING", "SCHEDULED"]);
    },
  },
  {
    name: "inspect() shows as scheduled a job that comes back later",
    needs: ["inspect"],
    async run(h) {
      const { id } = await h.add();
      await h.end(await h.leaseOne(), retry(1, 60_000));
      const { state, attempts, runAt, createdAt, startedAt, workerId } = (await h.record(id))!;
      assertEquals({ state, attempts, startedAt, workerId }, {
        state: "SCHEDULED",
        attempts: 1,
        startedAt: null,
        workerId: null,
      });
      assertLessOrEqual(createdAt + 60_000, runAt);
    },
  },
  {
    name: "stats() counts by queue and state",
    needs: ["inspect", "delay", "fifo"],
    async run(h) {
      assertEquals(await h.queue.stats(), []);
      await h.addMany(6, { queue: "busy" });
      await h.add({ queue: "later", delayMs: 60_000 });
      const jobs = await h.leaseAll(4, { queues: ["busy"] });
      await h.end(jobs[0]!);
      await h.end(jobs[1]!, retry(1, 60_000));
      await h.end(jobs[2]!, { action: "snooze", delayMs: 60_000 });
      const rows = (await h.queue.stats()).map(({ oldestAt: _oldestAt, ...counts }) => counts);
      assertEquals(rows.sort((a, b) => a.queue < b.queue ? -1 : 1), [
        { queue: "busy", pending: 2, scheduled: 1, retrying: 1, running: 1, paused: false },
        { queue: "later", pending: 0, scheduled: 1, retrying: 0, running: 0, paused: false },
      ]);
    },
  },
  {
    name: "stats() counts a job that snoozes after a failed attempt as scheduled",
    needs: ["inspect"],
    async run(h) {
      await h.add();
      await h.end(await h.leaseOne(), retry(1, 0));
      await h.end(await h.leaseOne(), { action: "snooze", delayMs: 60_000 });
      const [row] = await h.queue.stats();
      assertEquals([row?.scheduled, row?.retrying], [1, 0]);
    },
  },
  {
    name: "stats() counts jobs as pending whose time has come",
    needs: ["inspect", "delay"],
    async run(h) {
      await h.addMany(2);
      const [retried] = await h.leaseAll(2);
      await h.add({ delayMs: 100 });
      await h.end(retried!, retry(1, 100));
      await h.advance(150);
      const [row] = await h.queue.stats();
      assertEquals([row?.pending, row?.scheduled, row?.retrying, row?.running], [2, 0, 0, 1]);
    },
  },
  {
    name: "stats() tells since when the oldest job could run",
    needs: ["inspect", "delay", "priority"],
    async run(h) {
      const oldestAt = async () => (await h.queue.stats())[0]?.oldestAt;
      await h.add({ delayMs: 60_000 });
      assertEquals(await oldestAt(), null);
      const first = await h.add({ priority: -1 });
      await h.advance(50);
      const second = await h.add();
      assertEquals(await oldestAt(), (await h.record(first.id))!.runAt);
      const leased = await h.leaseAll(2);
      await h.end(leased.find(({ id }) => id === second.id)!, { action: "release" });
      assertEquals(await oldestAt(), (await h.record(second.id))!.runAt);
    },
  },
  {
    name:
      "busy() is true while a job could run, runs or waits for its backoff, and not for one that is meant for later",
    needs: ["inspect", "delay"],
    async run(h) {
      const busy = () => h.queue.busy(null);
      assertEquals(await busy(), false, "nothing was ever there");
      await h.add({ delayMs: 60_000 });
      assertEquals(await busy(), false, "one is meant for later");
      await h.add();
      assertEquals(await busy(), true, "one could run");
      const job = await h.leaseOne();
      assertEquals(await busy(), true, "one runs");
      await h.end(job, retry(1, 100));
      assertEquals(await busy(), true, "one waits for its backoff");
      await h.advance(150);
      await h.end(await h.leaseOne(), { action: "snooze", delayMs: 100 });
      assertEquals(await busy(), false, "one snoozes");
      await h.advance(150);
      assertEquals(await busy(), true, "its time has come");
      await h.end(await h.leaseOne());
      assertEquals(await busy(), false, "it has ended");
    },
  },
  {
    name: "busy() looks at the queues that it is asked for",
    needs: ["inspect"],
    async run(h) {
      await h.add({ queue: "a" });
      await h.add({ queue: "b" });
      await h.leaseOne({ queues: ["b"] });
      const answers = [["a"], ["b"], ["c", "b"], ["c"], []].map((queues) => h.queue.busy(queues));
      assertEquals(await Promise.all(answers), [true, true, true, false, false]);
    },
  },
  {
    name: "namespaces are kept apart",
    needs: ["namespace"],
    async run(h) {
      const other = await h.elsewhere();
      const job = await h.add();
      assertEquals([await other.qsize(), await h.lease({}, other)], [0, []]);
      assertEquals(await other.enqueue([job]), [{ id: job.id, duplicate: false }]);
      assertEquals(await h.queue.clear(), 1);
      assertEquals((await h.leaseOne({}, other)).id, job.id);
    },
  },
]);
