/** What `close` promises. @module */

import { assertEquals } from "@std/assert";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";

/** How soon a queue must have closed, in milliseconds. */
const SOON_MS = 3_000;

/** Cases of the group `shutdown`. */
export const SHUTDOWN_CASES = inGroup<QueueHarness>("shutdown", [
  {
    name: "close() ends waiting leases with an empty list",
    needs: [],
    async run(h) {
      const waiting = [h.lease({ waitMs: 60_000 }), h.lease({ waitMs: 60_000, queues: ["other"] })];
      await h.advance(100);
      await h.within(SOON_MS, "the end of close()", h.queue.close());
      assertEquals(await h.within(SOON_MS, "the answer of a lease whose queue closed", Promise.all(waiting)), [[], []]);
    },
  },
  {
    name: "close() may be called twice, also at the same time",
    needs: [],
    async run(h) {
      await h.add();
      await h.within(SOON_MS, "the end of close()", Promise.all([h.queue.close(), h.queue.close()]));
      await h.within(SOON_MS, "the end of another close()", h.queue.close());
    },
  },
  {
    name: "lease() hands out nothing after close()",
    needs: [],
    async run(h) {
      await h.add();
      await h.queue.close();
      const answer = h.lease({ waitMs: 100 }).catch(() => []);
      assertEquals(await h.within(SOON_MS, "the answer of a lease after close()", answer), []);
    },
  },
  {
    name: "close() loses no job that was enqueued or released just before",
    needs: ["durable"],
    async run(h) {
      const jobs = await h.addMany(5);
      const [leased] = await h.leaseAll(1);
      await h.end(leased!, { action: "release" });
      await h.reopen();
      assertEquals((await h.leaseAll(5)).map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
    },
  },
  {
    name: "close() takes back nothing that was settled just before",
    needs: ["durable"],
    async run(h) {
      await h.addMany(5);
      for (const job of await h.leaseAll(5)) await h.end(job);
      await h.reopen();
      assertEquals([await h.queue.qsize(), await h.lease()], [0, []]);
    },
  },
  {
    name: "a queue that is closed and opened again and again keeps its jobs",
    needs: ["durable"],
    async run(h) {
      const ids: string[] = [];
      for (let round = 0; round < 8; round++) {
        ids.push((await h.add()).id);
        await h.reopen();
        assertEquals(await h.queue.qsize(), ids.length);
      }
      assertEquals((await h.leaseAll(8)).map(({ id }) => id).sort(), ids.sort());
    },
  },
]);
