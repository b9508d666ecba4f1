/** What `retry` promises: jobs that ended run again by someone's wish. @module */

import { assertEquals } from "@std/assert";
import { MAX_LEASE_LOSSES } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import { randomName } from "../harness.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { ERROR, failedAttempt, retry } from "./endings.ts";

/** Ends the next job as `FAILED`. */
async function failNext(h: QueueHarness, attempt = 1): Promise<void> {
  await h.end(await h.leaseOne(), { action: "fail", error: ERROR, attempt: failedAttempt(attempt) });
}

/** Cases of the group `retry` that are about `retry`. */
export const REDRIVE_CASES = inGroup<QueueHarness>("retry", [
  {
    name: "retry() hands a failed job out again, with its errors and one more attempt",
    needs: ["retry", "inspect"],
    async run(h) {
      const { id } = await h.add({ maxAttempts: 2, args: '["kept"]' });
      await h.end(await h.leaseOne(), retry(1, 0));
      await failNext(h, 2);
      assertEquals(await h.queue.retry!([id]), ["retried"]);
      const waiting = (await h.record(id))!;
      assertEquals([waiting.state, waiting.error, waiting.finishedAt, waiting.workerId], ["PENDING", null, null, null]);
      assertEquals([waiting.attempts, waiting.maxAttempts, waiting.errors.length], [2, 3, 2]);
      const job = await h.leaseOne();
      assertEquals([job.id, job.attempts, job.args], [id, 3, '["kept"]']);
      await h.end(job, { action: "succeed", result: '"at last"' });
      const done = (await h.record(id))!;
      assertEquals([done.state, done.result, done.errors], ["SUCCESS", '"at last"', [
        failedAttempt(1),
        failedAttempt(2),
      ]]);
    },
  },
  {
    name: "retry() leaves attempts that a job still has",
    needs: ["retry", "inspect"],
    async run(h) {
      const { id } = await h.add({ maxAttempts: 5 });
      await failNext(h);
      await h.queue.retry!([id]);
      assertEquals((await h.record(id))!.maxAttempts, 5);
    },
  },
  {
    name: "retry() hands out a job that was cancelled, and its cancel is forgotten",
    needs: ["retry", "cancel"],
    async run(h) {
      const waiting = await h.add();
      await h.queue.cancel([waiting.id]);
      const running = await h.add();
      const job = await h.leaseOne();
      await h.queue.cancel([running.id]);
      await h.end(job, { action: "cancel", error: ERROR });
      assertEquals(await h.queue.retry!([waiting.id, running.id]), ["retried", "retried"]);
      const jobs = await h.leaseAll(2);
      assertEquals((await h.queue.renew(jobs, 30_000)).cancelled, []);
      for (const job of jobs) await h.end(job, { action: "release" });
      assertEquals((await h.leaseAll(2)).length, 2);
    },
  },
  {
    name: "retry() gives a job that was lost too often all its losses back, and keeps why it ended",
    needs: ["retry", "lease", "inspect"],
    async run(h) {
      const { id } = await h.add();
      for (let losses = 0; losses < MAX_LEASE_LOSSES; losses++) await h.next({ leaseMs: 50 });
      await h.advance(100);
      assertEquals(await h.lease(), []);
      assertEquals(await h.queue.retry!([id]), ["retried"]);
      const { losses, errors } = (await h.record(id))!;
      assertEquals([losses, errors.map(({ outcome }) => outcome)], [0, ["lost"]]);
      assertEquals((await h.leaseOne()).id, id);
    },
  },
  {
    name: "retry() answers for each id, in order, and touches no job that has not failed",
    needs: ["retry", "fifo", "inspect"],
    async run(h) {
      const [failed, done, running, waiting] = await h.addMany(4);
      await failNext(h);
      await h.end(await h.leaseOne(), { action: "succeed", result: "1" });
      await h.leaseOne();
      const ids = [randomName("unknown"), waiting!.id, running!.id, done!.id, failed!.id, failed!.id];
      const statuses = await h.queue.retry!(ids);
      assertEquals(statuses, ["unknown", "waiting", "waiting", "succeeded", "retried", "waiting"]);
      const states = (await h.queue.inspect([done!.id, running!.id, waiting!.id])).map((job) => job?.state);
      assertEquals(states, ["SUCCESS", "RUNNING", "PENDING"]);
      assertEquals(await h.queue.retry!([]), []);
    },
  },
  {
    name: "retry() wakes a lease that waits",
    needs: ["retry"],
    async run(h) {
      const { id } = await h.add();
      await failNext(h);
      const waiting = h.next();
      await h.queue.retry!([id]);
      assertEquals((await waiting).id, id);
    },
  },
  {
    name: "retry() holds the unique key of its job again, unless another one holds it",
    needs: ["retry", "unique"],
    async run(h) {
      const first = await h.add({ uniqueKey: "k" });
      await failNext(h);
      assertEquals(await h.queue.retry!([first.id]), ["retried"]);
      assertEquals(await h.queue.enqueue([h.job({ uniqueKey: "k" })]), [{ id: first.id, duplicate: true }]);
      await failNext(h);
      const second = await h.add({ uniqueKey: "k" });
      assertEquals(await h.queue.retry!([first.id]), ["duplicate"]);
      assertEquals((await h.leaseAll(1)).map(({ id }) => id), [second.id]);
      assertEquals(await h.lease(), []);
    },
  },
]);
