/** What `prune` promises. @module */

import { assertEquals } from "@std/assert";
import type { FinalState, NewJob, PruneRequest } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { ERROR, retry } from "./endings.ts";

const ALL: PruneRequest = {
  states: ["SUCCESS", "FAILED", "CANCELLED"],
  olderThanMs: 0,
  keep: null,
  limit: 1_000,
};

/** Jobs that ended as `SUCCESS`, one after the other. */
async function ended(h: QueueHarness, count: number, overrides: Partial<NewJob> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { id } = await h.add(overrides);
    await h.end(await h.leaseOne(), { action: "succeed", result: "1" });
    await h.advance(5);
    ids.push(id);
  }
  return ids;
}

/** Those that the store still knows. */
async function known(h: QueueHarness, ids: readonly string[]): Promise<string[]> {
  return (await h.queue.inspect(ids)).flatMap((job) => job === null ? [] : [job.id]);
}

/** Cases of the group `operations` that are about `prune`. */
export const PRUNE_CASES = inGroup<QueueHarness>("operations", [
  {
    name: "prune() forgets jobs that ended long ago, and answers how many",
    needs: ["prune", "inspect"],
    async run(h) {
      const old = await ended(h, 3);
      await h.advance(2_000);
      const young = await ended(h, 2);
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: 1_500 }), 3);
      assertEquals(await known(h, [...old, ...young]), young);
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: 1_500 }), 0);
    },
  },
  {
    name: "prune() keeps the latest so many",
    needs: ["prune", "inspect"],
    async run(h) {
      const ids = await ended(h, 6);
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: null, keep: 2 }), 4);
      assertEquals(await known(h, ids), ids.slice(4));
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: null, keep: 2 }), 0);
    },
  },
  {
    name: "prune() with an age and a number forgets what either of them says",
    needs: ["prune", "inspect"],
    async run(h) {
      const old = await ended(h, 1);
      await h.advance(2_000);
      const young = await ended(h, 4);
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: 1_500, keep: 3 }), 2);
      assertEquals(await known(h, [...old, ...young]), young.slice(1));
    },
  },
  {
    name: "prune() counts a job that ended twice once",
    needs: ["prune", "retry", "inspect"],
    async run(h) {
      const { id } = await h.add();
      await h.end(await h.leaseOne(), { action: "fail", error: ERROR, attempt: null });
      await h.queue.retry!([id]);
      await h.end(await h.leaseOne(), { action: "fail", error: ERROR, attempt: null });
      await h.advance(5);
      const ids = [id, ...await ended(h, 1)];
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: null, keep: 2 }), 0);
      assertEquals(await known(h, ids), ids);
    },
  },
  {
    name: "prune() forgets only the states that it is asked for",
    needs: ["prune", "cancel", "inspect"],
    async run(h) {
      const [success] = await ended(h, 1);
      const failed = await h.add();
      await h.end(await h.leaseOne(), { action: "fail", error: ERROR, attempt: null });
      const cancelled = await h.add();
      await h.queue.cancel([cancelled.id]);
      const ids = [success!, failed.id, cancelled.id];
      const prune = (...states: FinalState[]) => h.queue.prune!({ ...ALL, states });
      assertEquals([await prune("FAILED"), await known(h, ids)], [1, [success!, cancelled.id]]);
      assertEquals([await prune("SUCCESS", "CANCELLED"), await known(h, ids)], [2, []]);
    },
  },
  {
    name: "prune() forgets the earliest first, and no more than its limit",
    needs: ["prune", "inspect"],
    async run(h) {
      const ids = await ended(h, 5);
      assertEquals(await h.queue.prune!({ ...ALL, limit: 2 }), 2);
      assertEquals(await known(h, ids), ids.slice(2));
      assertEquals(await h.queue.prune!({ ...ALL, olderThanMs: null, keep: 1, limit: 1 }), 1);
      assertEquals(await known(h, ids), ids.slice(3));
      assertEquals(await h.queue.prune!({ ...ALL, limit: 3 }), 2);
    },
  },
  {
    name: "prune() takes jobs that ended together apart where its limit says so",
    needs: ["prune", "inspect"],
    async run(h) {
      await h.addMany(5);
      const jobs = await h.leaseAll(5);
      await h.queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
      assertEquals(await h.queue.prune!({ ...ALL, limit: 3 }), 3);
      assertEquals((await known(h, jobs.map(({ id }) => id))).length, 2);
      assertEquals(await h.queue.prune!(ALL), 2);
    },
  },
  {
    name: "prune() never touches jobs that wait or run",
    needs: ["prune", "delay", "inspect"],
    async run(h) {
      await h.addMany(2);
      const [running, retried] = await h.leaseAll(2);
      await h.end(retried!, retry(1, 60_000));
      const [pending, scheduled] = [await h.add(), await h.add({ delayMs: 60_000 })];
      const ids = [running!.id, retried!.id, pending.id, scheduled.id];
      await h.advance(50);
      assertEquals(await h.queue.prune!({ ...ALL, keep: 0 }), 0);
      assertEquals(await known(h, ids), ids);
      await h.end(running!);
    },
  },
  {
    name: "prune() forgets what jobs told",
    needs: ["prune", "report"],
    async run(h) {
      const { id } = await h.add();
      const job = await h.leaseOne();
      const progress = { value: 1, note: null, attempt: 1, at: 1 };
      await h.queue.report!([{ id, token: job.token, progress, log: [] }]);
      await h.end(job);
      await h.queue.prune!(ALL);
      assertEquals(await h.queue.traces!([id]), [null]);
    },
  },
  {
    name: "prune() leaves a unique key that is held for a time, until then",
    needs: ["prune", "unique"],
    async run(h) {
      const [id] = await ended(h, 1, { uniqueKey: "k", uniqueForMs: 600 });
      assertEquals(await h.queue.prune!(ALL), 1);
      assertEquals(await h.queue.enqueue([h.job({ uniqueKey: "k" })]), [{ id: id!, duplicate: true }]);
      await h.advance(700);
      await h.queue.prune!(ALL);
      const next = h.job({ uniqueKey: "k" });
      assertEquals(await h.queue.enqueue([next]), [{ id: next.id, duplicate: false }]);
    },
  },
]);
