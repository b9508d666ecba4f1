/** What `enqueue` promises about ids and unique keys. @module */

import { assertEquals } from "@std/assert";
import { inGroup } from "../conformance_case.ts";
import { randomName } from "../harness.ts";
import type { Ending, QueueHarness } from "../queue_harness.ts";
import { ERROR } from "./endings.ts";

const FINAL: readonly Ending[] = [
  { action: "succeed", result: null },
  { action: "fail", error: ERROR, attempt: null },
  { action: "cancel", error: ERROR },
];

/** Further cases of the group `enqueue`. */
export const UNIQUE_CASES = inGroup<QueueHarness>("enqueue", [
  {
    name: "enqueue() takes no id twice while its job waits or runs, and leaves the first one as it is",
    needs: ["unique"],
    async run(h) {
      const first = await h.add({ args: '["first"]' });
      const second = { ...first, args: '["second"]', queue: "other" };
      assertEquals(await h.queue.enqueue([second]), [{ id: first.id, duplicate: true }]);
      const leased = await h.leaseOne();
      assertEquals([leased.args, leased.queue], ['["first"]', "default"]);
      assertEquals(await h.queue.enqueue([second]), [{ id: first.id, duplicate: true }]);
      assertEquals(await h.lease(), []);
      await h.end(leased);
    },
  },
  {
    name: "enqueue() takes no id of a finished job that the store still knows",
    needs: ["unique", "inspect"],
    async run(h) {
      const job = await h.add();
      await h.end(await h.leaseOne(), { action: "succeed", result: '"kept"' });
      const known = await h.record(job.id) !== null;
      assertEquals(await h.queue.enqueue([job]), [{ id: job.id, duplicate: known }]);
      assertEquals((await h.lease()).length, known ? 0 : 1);
      if (known) assertEquals((await h.record(job.id))?.result, '"kept"');
    },
  },
  {
    name: "enqueue() finds duplicates within one batch",
    needs: ["unique"],
    async run(h) {
      const [job, holder] = [h.job(), h.job({ uniqueKey: randomName("key") })];
      const batch = [job, { ...job, args: '["again"]' }, holder, h.job({ uniqueKey: holder.uniqueKey })];
      assertEquals(await h.queue.enqueue(batch), [
        { id: job.id, duplicate: false },
        { id: job.id, duplicate: true },
        { id: holder.id, duplicate: false },
        { id: holder.id, duplicate: true },
      ]);
      assertEquals((await h.leaseAll(2)).map(({ args }) => args), ["[]", "[]"]);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "enqueue() answers with the job that holds the key while that waits, runs, or comes back",
    needs: ["unique"],
    async run(h) {
      const uniqueKey = randomName("key");
      const { id } = await h.add({ uniqueKey });
      const assertHeld = async (when: string) => {
        assertEquals(await h.queue.enqueue([h.job({ uniqueKey })]), [{ id, duplicate: true }], when);
      };
      await assertHeld("it waits");
      const first = await h.leaseOne();
      assertEquals(first.uniqueKey, uniqueKey);
      await assertHeld("it runs");
      await h.end(first, { action: "release" });
      await assertHeld("it was released");
      await h.end(await h.leaseOne(), { action: "snooze", delayMs: 60_000 });
      await assertHeld("it snoozes");
    },
  },
  {
    name: "enqueue() takes a key again when its job has ended",
    needs: ["unique"],
    async run(h) {
      const uniqueKey = randomName("key");
      for (const ending of [...FINAL, FINAL[0]!]) {
        const job = h.job({ uniqueKey });
        assertEquals(await h.queue.enqueue([job]), [{ id: job.id, duplicate: false }]);
        await h.end(await h.leaseOne(), ending);
      }
    },
  },
  {
    name: "enqueue() takes a key again when its job was cleared",
    needs: ["unique"],
    async run(h) {
      const key = { uniqueKey: randomName("key"), uniqueForMs: 60_000 };
      await h.add(key);
      await h.queue.clear();
      const job = h.job(key);
      assertEquals(await h.queue.enqueue([job]), [{ id: job.id, duplicate: false }]);
    },
  },
  {
    name: "enqueue() takes a key again when its job was cancelled",
    needs: ["unique", "cancel"],
    async run(h) {
      const uniqueKey = randomName("key");
      const { id } = await h.add({ uniqueKey });
      await h.queue.cancel([id]);
      const job = h.job({ uniqueKey });
      assertEquals(await h.queue.enqueue([job]), [{ id: job.id, duplicate: false }]);
    },
  },
  {
    name: "enqueue() keeps a key for uniqueForMs after creation, and no longer",
    needs: ["unique"],
    async run(h) {
      const [long, short] = [randomName("key"), randomName("key")];
      const { id } = await h.add({ uniqueKey: long, uniqueForMs: 60_000 });
      await h.add({ uniqueKey: short, uniqueForMs: 200 });
      await h.advance(200);
      for (const job of await h.leaseAll(2)) await h.end(job);
      const [held, free] = await h.queue.enqueue([h.job({ uniqueKey: long }), h.job({ uniqueKey: short })]);
      assertEquals(held, { id, duplicate: true });
      assertEquals(free!.duplicate, false);
    },
  },
  {
    name: "enqueue() keeps a key while its job is not finished, also after uniqueForMs",
    needs: ["unique"],
    async run(h) {
      const uniqueKey = randomName("key");
      const { id } = await h.add({ uniqueKey, uniqueForMs: 100 });
      await h.advance(150);
      assertEquals(await h.queue.enqueue([h.job({ uniqueKey })]), [{ id, duplicate: true }]);
    },
  },
  {
    name: "enqueue() tells keys apart character by character",
    needs: ["unique"],
    async run(h) {
      const key = randomName("key");
      const keys = [key, `${key} `, ` ${key}`, key.toUpperCase(), `${key}é`, `${key}e\u0301`, `${key}%`, `${key}👍`];
      const receipts = await h.queue.enqueue(keys.map((uniqueKey) => h.job({ uniqueKey })));
      assertEquals(receipts.map(({ duplicate }) => duplicate), keys.map(() => false));
      const leased = await h.leaseAll(keys.length);
      assertEquals(leased.map(({ uniqueKey }) => uniqueKey).sort(), keys.sort());
    },
  },
  {
    name: "enqueue() takes one of ten jobs that race for a key",
    needs: ["unique"],
    run: (h) => raceForKey(h, h.queue.enqueue.bind(h.queue)),
  },
  {
    name: "enqueue() takes one of ten jobs that race for a key through two clients",
    needs: ["unique", "shared"],
    async run(h) {
      const clients = [h.queue, await h.second()];
      let turn = 0;
      await raceForKey(h, (jobs) => clients[turn++ % 2]!.enqueue(jobs));
    },
  },
]);

async function raceForKey(h: QueueHarness, enqueue: QueueHarness["queue"]["enqueue"]): Promise<void> {
  const uniqueKey = randomName("key");
  const receipts = await Promise.all(Array.from({ length: 10 }, () => enqueue([h.job({ uniqueKey })])));
  const winners = receipts.flat().filter(({ duplicate }) => !duplicate);
  assertEquals(winners.length, 1);
  assertEquals(receipts.flat().map(({ id }) => id), receipts.map(() => winners[0]!.id));
  assertEquals((await h.lease()).length, 1);
}
