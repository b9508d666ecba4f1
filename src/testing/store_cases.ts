/** The promises of a queue and results that share a store. @module */

import { assertEquals } from "@std/assert";
import { MAX_LEASE_LOSSES } from "../core/mod.ts";
import { type ConformanceCase, inGroup } from "./conformance_case.ts";
import { ERROR, failedAttempt, retry } from "./queue/endings.ts";
import type { StoreHarness } from "./store_harness.ts";

/** Every case for a store that is shared. */
export const STORE_CASES: readonly ConformanceCase<StoreHarness>[] = inGroup("results", [
  {
    name: "settle() leaves a job that succeeded in the results",
    needs: ["inspect"],
    async run({ jobs, results }) {
      const { id } = await jobs.add();
      const job = await jobs.leaseOne();
      assertEquals(await results.getFull(id), null, "it is not finished");
      await jobs.end(job, { action: "succeed", result: '"done"' });
      assertEquals(await results.getResult(id), '"done"');
      assertEquals(await results.getFull(id), await jobs.record(id));
    },
  },
  {
    name: "settle() leaves a job that failed or was cancelled in the results",
    needs: ["inspect"],
    async run({ jobs, results }) {
      const endings = [
        { action: "fail", error: ERROR, attempt: failedAttempt(1) },
        { action: "cancel", error: ERROR },
      ] as const;
      for (const ending of endings) {
        const { id } = await jobs.add();
        await jobs.end(await jobs.leaseOne(), ending);
        assertEquals(await results.getError(id), ERROR);
        assertEquals(await results.getFull(id), await jobs.record(id));
      }
    },
  },
  {
    name: "settle() leaves nothing in the results of a job that comes back, or by a stale token",
    needs: [],
    async run({ jobs, results }) {
      const { id } = await jobs.add();
      const job = await jobs.leaseOne();
      await jobs.end(job, retry(1, 0));
      assertEquals(await jobs.settle(job, { action: "succeed", result: '"stale"' }), "stale");
      assertEquals(await results.getFull(id), null);
    },
  },
  {
    name: "cancel() leaves a job that waited in the results",
    needs: ["cancel"],
    async run({ jobs, results }) {
      const { id } = await jobs.add();
      await jobs.queue.cancel([id]);
      assertEquals((await results.getFull(id))?.state, "CANCELLED");
    },
  },
  {
    name: "lease() leaves a job that was lost too often in the results",
    needs: ["lease"],
    async run({ jobs, results }) {
      const { id } = await jobs.add();
      for (let losses = 0; losses < MAX_LEASE_LOSSES; losses++) await jobs.next({ leaseMs: 50 });
      await jobs.advance(100);
      await jobs.lease();
      assertEquals((await results.getFull(id))?.state, "FAILED");
    },
  },
  {
    name: "clear() leaves finished jobs in the results",
    needs: [],
    async run({ jobs, results }) {
      const { id } = await jobs.add();
      await jobs.end(await jobs.leaseOne(), { action: "succeed", result: "1" });
      await jobs.add();
      await jobs.queue.clear();
      assertEquals(await results.getResult(id), "1");
    },
  },
]);
