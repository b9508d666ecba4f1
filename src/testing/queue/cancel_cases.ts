/** What `cancel` promises. @module */

import { assertEquals, assertNotEquals } from "@std/assert";
import { inGroup } from "../conformance_case.ts";
import { randomName } from "../harness.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { ERROR, retry } from "./endings.ts";

/** Cases of the group `cancel`. */
export const CANCEL_CASES = inGroup<QueueHarness>("cancel", [
  {
    name: "cancel() ends a job that waits",
    needs: ["cancel"],
    async run(h) {
      const [first, second] = await h.addMany(2);
      assertEquals(await h.queue.cancel([first!.id]), ["cancelled"]);
      assertEquals((await h.leaseAll(1)).map(({ id }) => id), [second!.id]);
      assertEquals(await h.lease(), []);
      assertEquals(await h.queue.qsize(), 0);
    },
  },
  {
    name: "cancel() ends a job that waits for its time",
    needs: ["cancel", "delay"],
    async run(h) {
      const { id } = await h.add({ delayMs: 200 });
      assertEquals(await h.queue.cancel([id]), ["cancelled"]);
      await h.advance(300);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "cancel() ends a job that waits for a retry",
    needs: ["cancel"],
    async run(h) {
      const { id } = await h.add();
      await h.end(await h.leaseOne(), retry(1, 200));
      assertEquals(await h.queue.cancel([id]), ["cancelled"]);
      await h.advance(300);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "inspect() shows as cancelled a job that was cancelled while it waited",
    needs: ["cancel", "inspect"],
    async run(h) {
      const { id } = await h.add();
      await h.queue.cancel([id]);
      const { state, error, finishedAt, attempts } = (await h.record(id))!;
      assertEquals([state, attempts], ["CANCELLED", 0]);
      assertNotEquals(error, null);
      assertNotEquals(finishedAt, null);
    },
  },
  {
    name: "cancel() of a running job is told by every renew() until it is settled",
    needs: ["cancel"],
    async run(h) {
      await h.addMany(2);
      const [asked, other] = await h.leaseAll(2);
      assertEquals(await h.queue.renew([asked!, other!], 30_000), { lost: [], cancelled: [] });
      assertEquals(await h.queue.cancel([asked!.id]), ["requested"]);
      for (let round = 0; round < 2; round++) {
        assertEquals(await h.queue.renew([other!, asked!], 30_000), { lost: [], cancelled: [asked!.id] });
      }
      await h.end(asked!, { action: "cancel", error: ERROR });
      assertEquals(await h.queue.renew([other!], 30_000), { lost: [], cancelled: [] });
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "cancel() reaches a job that runs through another client",
    needs: ["cancel", "shared"],
    async run(h) {
      const { id } = await h.add();
      const worker = await h.second();
      const running = await h.leaseOne({}, worker);
      assertEquals(await h.queue.cancel([id]), ["requested"]);
      assertEquals((await worker.renew([running], 30_000)).cancelled, [id]);
    },
  },
  {
    name: "cancel() answers for each id, in order",
    needs: ["cancel", "fifo", "inspect"],
    async run(h) {
      const [finished, running, waiting] = await h.addMany(3);
      await h.end(await h.leaseOne());
      await h.leaseOne();
      const ids = [randomName("unknown"), waiting!.id, finished!.id, running!.id, waiting!.id];
      const statuses = await h.queue.cancel(ids);
      assertEquals(statuses, ["unknown", "cancelled", "finished", "requested", "finished"]);
      assertEquals(await h.queue.cancel([]), []);
    },
  },
  {
    name: "cancel() changes nothing of a finished job",
    needs: ["cancel", "inspect"],
    async run(h) {
      const { id } = await h.add();
      await h.end(await h.leaseOne(), { action: "succeed", result: '"kept"' });
      const before = await h.record(id);
      assertEquals(await h.queue.cancel([id]), ["finished"]);
      assertEquals(await h.record(id), before);
    },
  },
  {
    name: "a job that ends before it learns of its cancel ends as it did",
    needs: ["cancel", "inspect"],
    async run(h) {
      const { id } = await h.add();
      const job = await h.leaseOne();
      await h.queue.cancel([id]);
      await h.end(job, { action: "succeed", result: '"done"' });
      const { state, result } = (await h.record(id))!;
      assertEquals([state, result], ["SUCCESS", '"done"']);
    },
  },
  {
    name: "cancel() and settle() that race agree on the end",
    needs: ["cancel", "inspect"],
    async run(h) {
      for (let round = 0; round < 4; round++) {
        const { id } = await h.add();
        const job = await h.leaseOne();
        const ending = () => h.settle(job, { action: "succeed", result: '"done"' });
        const race = round % 2 === 0 ? [ending(), h.queue.cancel([id])] : [h.queue.cancel([id]), ending()];
        assertEquals((await Promise.all(race)).includes("settled"), true);
        const { state, result } = (await h.record(id))!;
        assertEquals([state, result], ["SUCCESS", '"done"'], "the lease was live");
      }
    },
  },
  {
    name: "a running job that was to be cancelled does not come back",
    needs: ["cancel"],
    async run(h) {
      for (const ending of [retry(1, 0), { action: "snooze", delayMs: 0 }, { action: "release" }] as const) {
        const { id } = await h.add();
        const job = await h.leaseOne();
        await h.queue.cancel([id]);
        await h.end(job, ending);
        assertEquals(await h.lease(), [], `after ${ending.action}`);
        assertEquals(await h.queue.qsize(), 0);
      }
    },
  },
  {
    name: "a running job that was to be cancelled does not come back when its worker is gone",
    needs: ["cancel", "lease"],
    async run(h) {
      const { id } = await h.add();
      await h.leaseOne({ leaseMs: 150 });
      assertEquals(await h.queue.cancel([id]), ["requested"]);
      await h.advance(300);
      assertEquals(await h.lease(), []);
      assertEquals(await h.queue.qsize(), 0);
    },
  },
  {
    name: "inspect() shows as cancelled a job that was to be cancelled and would have come back",
    needs: ["cancel", "lease", "inspect"],
    async run(h) {
      const [released, lost] = [await h.add(), await h.add()];
      const jobs = await h.leaseAll(2, { leaseMs: 500 });
      await h.queue.cancel([released.id, lost.id]);
      await h.end(jobs.find(({ id }) => id === released.id)!, { action: "release" });
      await h.advance(600);
      await h.lease();
      for (const { id } of [released, lost]) {
        const { state, error, finishedAt } = (await h.record(id))!;
        assertEquals(state, "CANCELLED");
        assertNotEquals(error, null);
        assertNotEquals(finishedAt, null);
      }
    },
  },
]);
