/** What the weights of a lease promise. @module */

import { assert, assertEquals } from "@std/assert";
import type { LeasedJob, LeaseRequest } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";

const WEIGHTED: Partial<LeaseRequest> = { queues: ["a", "b"], weights: [3, 1] };

function perQueue(jobs: readonly LeasedJob[]): [a: number, b: number] {
  const count = (name: string) => jobs.filter(({ queue }) => queue === name).length;
  return [count("a"), count("b")];
}

/** Cases of the group `lease` that are about weights. */
export const WEIGHTS_CASES = inGroup<QueueHarness>("lease", [
  {
    name: "lease() shares its jobs among queues by their weights, whatever their priorities",
    needs: ["weights"],
    async run(h) {
      await h.addMany(60, { queue: "b", priority: 9 });
      await h.addMany(60, { queue: "a" });
      assertEquals(perQueue(await h.lease({ ...WEIGHTED, limit: 40 })), [30, 10]);
      assertEquals(perQueue(await h.lease({ queues: ["b", "a"], weights: [1, 1], limit: 40 })), [20, 20]);
    },
  },
  {
    name: "lease() of one job at a time keeps to the weights over many",
    needs: ["weights"],
    async run(h) {
      await h.addMany(120, { queue: "a" });
      await h.addMany(120, { queue: "b" });
      const jobs: LeasedJob[] = [];
      for (let turn = 0; turn < 100; turn++) jobs.push(await h.leaseOne(WEIGHTED));
      const [a, b] = perQueue(jobs);
      // 75 are to be expected; further off than this happens once in a million runs.
      assert(a >= 53 && b >= 4, `of 100 jobs with weights 3 and 1, ${a} and ${b} were handed out`);
    },
  },
  {
    name: "lease() fills up from other queues what one of them lacks, is paused, or does not know",
    needs: ["weights", "pause"],
    async run(h) {
      await h.addMany(2, { queue: "a" });
      await h.addMany(30, { queue: "b" });
      const request = { queues: ["a", "none", "b"], weights: [3, 5, 1] };
      assertEquals(perQueue(await h.lease({ ...request, limit: 20 })), [2, 8 + 10]);
      await h.addMany(5, { queue: "a" });
      await h.queue.pause("b");
      assertEquals(perQueue(await h.lease({ ...request, limit: 20 })), [5, 0]);
    },
  },
  {
    name: "lease() with weights keeps the order of each queue, and takes from no other",
    needs: ["weights", "fifo", "priority"],
    async run(h) {
      await h.addMany(5, { queue: "other" });
      const [low] = await h.addMany(1, { queue: "a" });
      const high = await h.addMany(3, { queue: "a", priority: 1 });
      const [b] = await h.addMany(1, { queue: "b" });
      const jobs = await h.lease({ ...WEIGHTED, limit: 10 });
      const ids = (name: string) => jobs.filter(({ queue }) => queue === name).map(({ id }) => id);
      assertEquals(ids("a"), [...high.map(({ id }) => id), low!.id]);
      assertEquals([ids("b"), jobs.length], [[b!.id], 5]);
    },
  },
]);
