import { assertEquals } from "@std/assert";
import { newJobs, OwnQueue, REQUEST, withQueue } from "./testing.ts";

Deno.test("SqliteQueue.prune() keeps as many as it is told, also where two processes forget at the same time", () =>
  withQueue(async (queue, clock, path) => {
    await queue.enqueue(newJobs(1_200));
    const jobs = await queue.lease({ ...REQUEST, limit: 1_200 });
    await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: "1" })));
    const other = new OwnQueue({ path, clock });
    try {
      const request = { states: ["SUCCESS"], olderThanMs: null, keep: 300, limit: 800 } as const;
      const counts = await Promise.all([queue.prune(request), other.prune(request)]);
      assertEquals(counts[0]! + counts[1]!, 900);
      assertEquals(queue.sqlite.get<{ n: number }>("SELECT count(*) AS n FROM jobs")!.n, 300);
    } finally {
      await other.close();
    }
  }));
