/** What a job keeps that comes back. @module */

import { assertEquals } from "@std/assert";
import type { LeasedJob, NewJob } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { failedAttempt, retry } from "./endings.ts";

/** Cases of the group `retry`. */
export const RETRY_CASES = inGroup<QueueHarness>("retry", [
  {
    name: "a retried job comes back after its delay, and not before",
    needs: [],
    async run(h) {
      await h.add();
      const begun = h.elapsed();
      const first = await h.leaseOne();
      await h.end(first, retry(1, 300));
      const second = await h.next();
      h.assertElapsed(begun, 300, "a retry");
      assertEquals([second.id, second.attempts, second.losses], [first.id, 2, 0]);
      assertEquals(second.errors, [failedAttempt(1)]);
    },
  },
  {
    name: "a retried job comes back at once without a delay",
    needs: [],
    async run(h) {
      await h.add();
      for (let attempt = 1; attempt <= 4; attempt++) {
        const job = await h.leaseOne();
        assertEquals(job.attempts, attempt);
        await h.end(job, retry(attempt, 0));
      }
    },
  },
  {
    name: "a snoozed job comes back after its delay, with its attempt refunded",
    needs: [],
    async run(h) {
      await h.add();
      const begun = h.elapsed();
      const first = await h.leaseOne();
      await h.end(first, { action: "snooze", delayMs: 300 });
      const second = await h.next();
      h.assertElapsed(begun, 300, "a snoozed job");
      assertEquals([second.id, second.attempts, second.losses, second.errors], [first.id, 1, 0, []]);
    },
  },
  {
    name: "a released job comes back at once, with its attempt refunded",
    needs: [],
    async run(h) {
      await h.add();
      for (let round = 0; round < 3; round++) {
        const job = await h.leaseOne();
        assertEquals([job.attempts, job.losses, job.errors], [1, 0, []]);
        await h.end(job, { action: "release" });
      }
    },
  },
  {
    name: "a job that comes back keeps what it was enqueued with",
    needs: [],
    async run(h) {
      const job = await h.add({
        args: '["kept"]',
        queue: "mail",
        priority: 3,
        maxAttempts: 7,
        timeoutMs: 99,
        timeoutPolicy: "fail",
        storeResult: false,
      });
      const first = await h.leaseOne();
      const endings = [retry(1, 0), { action: "snooze", delayMs: 0 }, { action: "release" }] as const;
      let leased: LeasedJob = first;
      for (const ending of endings) {
        await h.end(leased, ending);
        leased = await h.leaseOne();
        const kept = Object.keys(job).map((field) => [field, leased[field as keyof NewJob]]);
        assertEquals(Object.fromEntries(kept), { ...job }, `after ${ending.action}`);
        assertEquals(leased.createdAt, first.createdAt);
      }
      assertEquals([leased.attempts, leased.errors], [2, [failedAttempt(1)]]);
    },
  },
  {
    name: "jobs that come back later don't hold up others",
    needs: [],
    async run(h) {
      await h.addMany(20, { priority: 5 });
      for (const job of await h.leaseAll(20)) await h.end(job, retry(1, 60_000));
      const { id } = await h.add();
      assertEquals((await h.next()).id, id);
      assertEquals(await h.lease(), []);
    },
  },
]);
