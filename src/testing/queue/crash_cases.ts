/** What becomes of jobs whose worker is gone. @module */

import { assertEquals, assertNotEquals } from "@std/assert";
import { MAX_LEASE_LOSSES } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import { randomName } from "../harness.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { failedAttempt, retry } from "./endings.ts";

/** Cases of the group `crash`. */
export const CRASH_CASES = inGroup<QueueHarness>("crash", [
  {
    name: "lease() hands out a job again when its lease ran out, and not before",
    needs: ["lease"],
    async run(h) {
      const { id } = await h.add();
      const begun = h.elapsed();
      const lost = await h.leaseOne({ leaseMs: 300, workerId: "gone" });
      const again = await h.next({ workerId: "next" });
      h.assertElapsed(begun, 300, "a leased job");
      assertEquals([again.id, again.attempts, again.losses, again.errors], [id, 1, 1, []]);
      assertEquals(again.workerId, "next");
      assertNotEquals(again.token, lost.token);
    },
  },
  {
    name: "lease() hands out again all jobs of a worker that is gone",
    needs: ["lease"],
    async run(h) {
      const jobs = await h.addMany(100);
      await h.leaseAll(100, { leaseMs: 500 });
      const back = [await h.next({ limit: 1 }), ...await h.leaseAll(99)];
      assertEquals(back.map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
      assertEquals(back.map(({ losses }) => losses), jobs.map(() => 1));
    },
  },
  {
    name: "lease() hands out through another client the jobs of one that is gone",
    needs: ["lease", "shared"],
    async run(h) {
      const { id } = await h.add();
      const gone = await h.second();
      const [held] = await gone.lease(h.request({ leaseMs: 300 }));
      assertEquals(held?.id, id);
      const again = await h.next();
      assertEquals([again.id, again.losses], [id, 1]);
    },
  },
  {
    name: "lease() ends a job for good that was lost too often",
    needs: ["lease"],
    async run(h) {
      await h.add({ maxAttempts: 1_000 });
      for (let losses = 0; losses < MAX_LEASE_LOSSES; losses++) {
        const job = await h.next({ leaseMs: 50 });
        assertEquals([job.losses, job.attempts], [losses, 1]);
      }
      await h.advance(100);
      assertEquals(await h.lease(), []);
      assertEquals(await h.queue.qsize(), 0);
    },
  },
  {
    name: "inspect() shows as failed a job that was lost too often",
    needs: ["lease", "inspect"],
    async run(h) {
      const { id } = await h.add({ maxAttempts: 1_000 });
      for (let losses = 0; losses < MAX_LEASE_LOSSES; losses++) await h.next({ leaseMs: 50 });
      await h.advance(100);
      await h.lease();
      const { state, losses, error, finishedAt } = (await h.record(id))!;
      assertEquals([state, losses], ["FAILED", MAX_LEASE_LOSSES]);
      assertNotEquals(error, null);
      assertNotEquals(finishedAt, null);
    },
  },
  {
    name: "a lost job keeps the errors of its attempts",
    needs: ["lease"],
    async run(h) {
      await h.add();
      await h.end(await h.leaseOne(), retry(1, 0));
      await h.leaseOne({ leaseMs: 100 });
      const { attempts, losses, errors } = await h.next();
      assertEquals({ attempts, losses, errors }, { attempts: 2, losses: 1, errors: [failedAttempt(1)] });
    },
  },
  {
    name: "renew() keeps a job from being handed out",
    needs: ["lease"],
    async run(h) {
      await h.add();
      const { id, token } = await h.leaseOne({ leaseMs: 600 });
      for (let round = 0; round < 4; round++) {
        await h.advance(250);
        assertEquals(await h.queue.renew([{ id, token }], 600), { lost: [], cancelled: [] });
      }
      assertEquals(await h.lease(), [], "its lease has just been renewed");
      assertEquals((await h.next()).id, id);
    },
  },
  {
    name: "renew() keeps the token valid",
    needs: [],
    async run(h) {
      await h.add();
      const job = await h.leaseOne();
      assertEquals(await h.queue.renew([job], 40_000), { lost: [], cancelled: [] });
      await h.end(job);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "renew() keeps only the jobs that it is asked for",
    needs: ["lease"],
    async run(h) {
      await h.addMany(2);
      const [kept, lost] = await h.leaseAll(2, { leaseMs: 400 });
      await h.queue.renew([kept!], 30_000);
      assertEquals((await h.next()).id, lost!.id);
      assertEquals(await h.lease(), []);
      await h.end(kept!);
    },
  },
  {
    name: "renew() answers which leases are lost, and no other",
    needs: [],
    async run(h) {
      await h.addMany(4);
      const jobs = await h.leaseAll(4);
      const [live, settled, released, mistaken] = jobs;
      await h.end(settled!);
      await h.end(released!, { action: "release" });
      const unknown = { id: randomName("unknown"), token: live!.token };
      const asked = [unknown, live!, settled!, released!, { ...mistaken!, token: "nonsense" }];
      const { lost, cancelled } = await h.queue.renew(asked.map(({ id, token }) => ({ id, token })), 30_000);
      assertEquals([...lost].sort(), [unknown.id, settled!.id, released!.id, mistaken!.id].sort());
      assertEquals(cancelled, []);
    },
  },
  {
    name: "renew() and settle() with the token of a lost lease don't touch the next one",
    needs: ["lease"],
    async run(h) {
      await h.add();
      const lost = await h.leaseOne({ leaseMs: 100 });
      const now = await h.next();
      assertEquals((await h.queue.renew([lost], 60_000)).lost, [lost.id]);
      assertEquals(await h.settle(lost, { action: "succeed", result: '"late"' }), "stale");
      assertEquals(await h.settle(lost, { action: "release" }), "stale");
      assertEquals(await h.lease(), []);
      assertEquals((await h.queue.renew([now], 60_000)).lost, []);
      await h.end(now);
    },
  },
  {
    name: "renew() of a lease that ran out saves it, or reports it as lost and the job comes back: never both",
    needs: ["lease"],
    async run(h) {
      await h.add();
      const late = await h.leaseOne({ leaseMs: 100 });
      await h.advance(300);
      const { lost } = await h.queue.renew([late], 60_000);
      const next = await h.within(3_000, "the answer of a lease", h.lease({ waitMs: 300 }));
      assertEquals(next.length, lost.length, `lost: ${lost}`);
    },
  },
  {
    name: "enqueued jobs outlive the client",
    needs: ["durable"],
    async run(h) {
      const jobs = await h.addMany(3, { args: '["kept"]', queue: "mail", priority: 2 });
      await h.reopen();
      assertEquals(await h.queue.qsize(), 3);
      const leased = await h.leaseAll(3);
      assertEquals(leased.map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
      const { args, queue, priority } = leased[0]!;
      assertEquals({ args, queue, priority }, { args: '["kept"]', queue: "mail", priority: 2 });
    },
  },
  {
    name: "delays outlive the client",
    needs: ["durable", "delay"],
    async run(h) {
      const begun = h.elapsed();
      const { id } = await h.add({ delayMs: 400 });
      await h.reopen();
      assertEquals((await h.next()).id, id);
      h.assertElapsed(begun, 400, "a delayed job");
    },
  },
  {
    name: "unique keys outlive the client",
    needs: ["durable", "unique"],
    async run(h) {
      const uniqueKey = randomName("key");
      const { id } = await h.add({ uniqueKey });
      await h.reopen();
      assertEquals(await h.queue.enqueue([h.job({ uniqueKey })]), [{ id, duplicate: true }]);
    },
  },
  {
    name: "the errors of attempts outlive the client",
    needs: ["durable", "lease"],
    async run(h) {
      await h.add();
      await h.end(await h.leaseOne(), retry(1, 200));
      await h.reopen();
      const { attempts, errors } = await h.next();
      assertEquals({ attempts, errors }, { attempts: 2, errors: [failedAttempt(1)] });
    },
  },
  {
    name: "a job that was leased is handed out again after the client is gone",
    needs: ["durable"],
    async run(h) {
      const { id } = await h.add();
      await h.leaseOne({ leaseMs: 300 });
      await h.reopen();
      assertEquals((await h.next()).id, id);
    },
  },
]);
