/** How much the plugin `redis` does with one lease. */

import { assertEquals } from "@std/assert";
import { MOVED_AT_ONCE } from "../../plugins/redis/scripts/lease.ts";
import { newJob } from "../../src/testing/new_job.ts";
import { RedisServer } from "../servers/redis.ts";
import { redisTest, Started } from "./rig.ts";

const REQUEST = { limit: 1, leaseMs: 30_000, queues: null, waitMs: 0, workerId: "w" };

redisTest("RedisQueue.lease() moves a bounded number of jobs that are due, whatever the number of queues", async () => {
  await using server = await RedisServer.start();
  await using started = await Started.with({ url: server.url });
  const queue = started.queue();
  const names = ["a", "b", "c"];
  const each = MOVED_AT_ONCE / 2;
  for (const name of names) {
    await queue.enqueue(Array.from({ length: each }, () => newJob({ queue: name, delayMs: 1 })));
  }
  const left = async () => {
    const counts = await Promise.all(names.map((name) => server.cli("ZCARD", `{nuvom}:s:${name}`)));
    return counts.reduce((sum, count) => sum + Number(count), 0);
  };
  assertEquals(await left(), each * 3);
  assertEquals((await queue.lease(REQUEST)).length, 1);
  assertEquals(await left(), each);
  assertEquals((await queue.lease(REQUEST)).length, 1);
  assertEquals(await left(), 0);
});
