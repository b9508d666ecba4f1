/** What `enqueue` promises. @module */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type { NewJob } from "../../core/mod.ts";
import { inGroup } from "../conformance_case.ts";
import type { QueueHarness } from "../queue_harness.ts";

/** JSON texts that a store must keep to the letter. */
const PAYLOADS: readonly string[] = [
  "[]",
  "1",
  '[ 1.0, {"b": 1, "a": [] } ]',
  "[123456789012345678901234567890, 1e400, -0.0]",
  JSON.stringify(["\0", "\u001f", "\ud800", "\\", '"', "'", "%s", "$1", "\n"]),
  JSON.stringify(["é", "e\u0301", "ß", "Ωمرحبا", "日本語", "👩‍👩‍👧‍👦", "\u2028", "\ufeff", "\u{10ffff}"]),
  JSON.stringify(["x".repeat(1024 * 1024)]),
  JSON.stringify(["語".repeat(300_000)]),
];

/** Fields that a client never sends so. */
const BAD_FIELDS: readonly Readonly<Record<string, unknown>>[] = [
  { id: null },
  { task: null },
  { args: null },
  { queue: null },
  { priority: "high" },
];

/** Cases of the group `enqueue`. */
export const ENQUEUE_CASES = inGroup<QueueHarness>("enqueue", [
  {
    name: "enqueue() answers a receipt for each job, in order",
    needs: [],
    async run(h) {
      const jobs = [h.job(), h.job(), h.job()];
      const receipts = await h.queue.enqueue(jobs);
      assertEquals(receipts, jobs.map(({ id }) => ({ id, duplicate: false })));
    },
  },
  {
    name: "enqueue() takes an empty batch",
    needs: [],
    async run(h) {
      assertEquals(await h.queue.enqueue([]), []);
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "enqueue() keeps every field as it is",
    needs: [],
    async run(h) {
      const job = await h.add({
        task: "reports.daily:v2_final-1",
        args: '["a",2]',
        queue: "mail.out",
        priority: -1_000,
        maxAttempts: 1_001,
        retryDelayMs: 123_456,
        timeoutMs: 86_400_000,
        timeoutPolicy: "ignore",
        storeResult: false,
      });
      const leased = await h.leaseOne();
      const kept = Object.keys(job).map((field) => [field, leased[field as keyof NewJob]]);
      assertEquals(Object.fromEntries(kept), { ...job });
    },
  },
  {
    name: "enqueue() keeps payloads from 1 byte to 1 MiB to the letter",
    needs: [],
    async run(h) {
      const jobs = PAYLOADS.map((args) => h.job({ args }));
      await h.queue.enqueue(jobs);
      const leased = new Map((await h.leaseAll(jobs.length)).map(({ id, args }) => [id, args]));
      for (const { id, args } of jobs) {
        assert(
          leased.get(id) === args,
          `the arguments ${args.slice(0, 60)} came back as ${leased.get(id)?.slice(0, 60)}`,
        );
      }
    },
  },
  {
    name: "enqueue() tells ids apart character by character, up to 200 of them",
    needs: [],
    async run(h) {
      const { id } = h.job();
      const ids = [`${id}a`, `${id}A`, `${id}.`, `${id}:`, `${id}-_`, id.padEnd(199, "x"), id.padEnd(200, "x")];
      const receipts = await h.queue.enqueue(ids.map((id) => h.job({ id })));
      assertEquals(receipts.map(({ duplicate }) => duplicate), ids.map(() => false));
      const leased = await h.leaseAll(ids.length);
      assertEquals(leased.map(({ id }) => id).sort(), ids.sort());
      assertEquals(leased.filter(({ token }) => token.length > 200), [], "a token has at most 200 characters");
    },
  },
  {
    name: "enqueue() takes a batch of 1,000 jobs, each of them once",
    needs: [],
    async run(h) {
      const jobs = await h.addMany(1_000);
      const leased = await h.leaseAll(1_000);
      assertEquals(leased.map(({ id }) => id).sort(), jobs.map(({ id }) => id).sort());
      assertEquals(await h.lease(), []);
    },
  },
  {
    name: "enqueue() takes the batches of many callers at once",
    needs: [],
    async run(h) {
      const batches = await Promise.all(Array.from({ length: 20 }, () => h.addMany(5)));
      const leased = await h.leaseAll(100);
      assertEquals(leased.map(({ id }) => id).sort(), batches.flat().map(({ id }) => id).sort());
    },
  },
  {
    name: "enqueue() writes nothing of a batch in which one job is bad",
    needs: ["atomic_batch"],
    async run(h) {
      for (const bad of BAD_FIELDS) {
        const [first, broken, last] = [h.job(), { ...h.job(), ...bad } as unknown as NewJob, h.job()];
        await assertRejects(() => h.queue.enqueue([first, broken, last]));
        assertEquals(await h.lease(), [], `a part of a batch with ${JSON.stringify(bad)} is there`);
        const receipts = await h.queue.enqueue([first, last]);
        assertEquals(receipts.map(({ duplicate }) => duplicate), [false, false], "nothing of the batch was there");
        for (const job of await h.leaseAll(2)) await h.end(job);
      }
    },
  },
  {
    name: "enqueue() shows all of a batch or nothing",
    needs: ["atomic_batch"],
    async run(h) {
      const sizes: Promise<number>[] = [];
      const enqueuing = h.addMany(200);
      for (let look = 0; look < 20; look++) sizes.push(h.queue.qsize());
      await enqueuing;
      sizes.push(h.queue.qsize());
      const seen = await Promise.all(sizes);
      assertEquals(seen.filter((size) => size !== 0 && size !== 200), []);
      assertEquals(seen.at(-1), 200);
    },
  },
]);
