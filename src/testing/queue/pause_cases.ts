/** What `pause` and `resume` promise. @module */

import { assertEquals } from "@std/assert";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";
import { retry } from "./endings.ts";

/** Cases of the group `pause`. */
export const PAUSE_CASES = inGroup<QueueHarness>("pause", [
  {
    name: "pause() keeps the jobs of its queue back, and those of no other",
    needs: ["pause"],
    async run(h) {
      await h.addMany(20, { queue: "paused", priority: 10 });
      await h.queue.pause("paused");
      const { id } = await h.add({ queue: "open" });
      assertEquals((await h.leaseAll(1)).map((job) => job.id), [id]);
      assertEquals(await h.lease(), []);
      assertEquals(await h.lease({ queues: ["paused"] }), []);
      assertEquals(await h.queue.qsize(), 20);
    },
  },
  {
    name: "resume() ends the pause",
    needs: ["pause"],
    async run(h) {
      const { id } = await h.add({ queue: "mail" });
      await h.queue.pause("mail");
      await h.queue.pause("mail");
      await h.queue.resume("mail");
      assertEquals((await h.leaseOne()).id, id);
    },
  },
  {
    name: "resume() wakes a lease that waits",
    needs: ["pause"],
    async run(h) {
      await h.queue.pause("mail");
      const { id } = await h.add({ queue: "mail" });
      const waiting = h.lease({ waitMs: 60_000 });
      await h.advance(100);
      await h.queue.resume("mail");
      const jobs = await h.within(3_000, "the answer of a lease whose queue was resumed", waiting);
      assertEquals(jobs.map((job) => job.id), [id]);
    },
  },
  {
    name: "enqueue() takes jobs for a queue that is paused, known or not",
    needs: ["pause"],
    async run(h) {
      await h.queue.pause("new");
      const job = h.job({ queue: "new" });
      assertEquals(await h.queue.enqueue([job]), [{ id: job.id, duplicate: false }]);
      assertEquals(await h.lease(), []);
      await h.queue.resume("new");
      assertEquals((await h.leaseOne()).id, job.id);
    },
  },
  {
    name: "pause() lets running jobs end, and keeps back those that return",
    needs: ["pause"],
    async run(h) {
      await h.addMany(3);
      const [done, released, retried] = await h.leaseAll(3);
      await h.queue.pause("default");
      assertEquals(await h.queue.renew([done!, released!, retried!], 30_000), { lost: [], cancelled: [] });
      await h.end(done!);
      await h.end(released!, { action: "release" });
      await h.end(retried!, retry(1, 100));
      await h.advance(150);
      assertEquals(await h.lease(), []);
      await h.queue.resume("default");
      assertEquals((await h.leaseAll(2)).map(({ id }) => id).sort(), [released!.id, retried!.id].sort());
    },
  },
  {
    name: "pause() keeps back jobs whose time comes meanwhile",
    needs: ["pause", "delay"],
    async run(h) {
      await h.queue.pause("default");
      const { id } = await h.add({ delayMs: 100 });
      await h.advance(150);
      assertEquals(await h.lease(), []);
      await h.queue.resume("default");
      assertEquals((await h.leaseOne()).id, id);
    },
  },
  {
    name: "pause() counts for every client at once",
    needs: ["pause", "shared"],
    async run(h) {
      const other = await h.second();
      await h.add();
      await h.queue.pause("default");
      assertEquals(await h.lease({}, other), []);
      await other.resume("default");
      await h.leaseOne();
    },
  },
  {
    name: "pause() outlives the client",
    needs: ["pause", "durable"],
    async run(h) {
      await h.add();
      await h.queue.pause("default");
      await h.reopen();
      assertEquals(await h.lease(), []);
      await h.queue.resume("default");
      await h.leaseOne();
    },
  },
  {
    name: "stats() shows a queue as paused, also one without jobs",
    needs: ["pause", "inspect"],
    async run(h) {
      await h.add({ queue: "open" });
      await h.queue.pause("empty");
      const paused = async () => (await h.queue.stats()).map(({ queue, paused }) => `${queue} ${paused}`).sort();
      assertEquals(await paused(), ["empty true", "open false"]);
      await h.queue.resume("empty");
      assertEquals(await paused(), ["open false"]);
    },
  },
]);
