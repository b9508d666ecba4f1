import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { Child, newJobs, OwnQueue, REQUEST, TempFolder } from "./testing.ts";

Deno.test("SqliteQueue hands out the jobs of a killed process after their lease, and not before", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path });
  const jobs = newJobs(50);
  await queue.enqueue(jobs);
  await using holder = new Child("hold_leases.ts", path, "1500");
  assertEquals(await holder.line(), "50");
  await holder.kill();
  const [held] = await queue.inspect([jobs[0]!.id]);
  assertEquals([held?.state, held?.workerId], ["RUNNING", "doomed"]);
  const back = await queue.lease({ ...REQUEST, limit: 100, waitMs: 10_000 });
  assertGreaterOrEqual(Date.now() - held!.startedAt!, 1_500);
  assertEquals(back.map(({ id, attempts, losses }) => [id, attempts, losses]), jobs.map(({ id }) => [id, 1, 1]));
  await queue.close();
});

Deno.test("SqliteQueue.enqueue() keeps batches whole when the process is killed in the middle", async () => {
  await using folder = new TempFolder();
  for (let round = 0; round < 3; round++) {
    const path = folder.file(`${round}.db`);
    const child = new Child("enqueue_batches.ts", path, "200");
    for (let batch = 0; batch < 10 + round; batch++) assertEquals(await child.line(), String(batch));
    await child.kill();
    const acknowledged = 10 + round + (await child.rest()).length;
    await child[Symbol.asyncDispose]();

    const queue = new OwnQueue({ path });
    const stats = await queue.stats();
    await queue.close();
    assertEquals(stats.filter(({ pending }) => pending !== 200), [], "a part of a batch is there");
    assertGreaterOrEqual(stats.length, acknowledged, "an acknowledged batch is lost");
    assertLess(stats.length, acknowledged + 3);
  }
});

Deno.test("SqliteQueue gives every job to one of several processes at a time, also when some are killed", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path });
  const jobs = newJobs(1_500);
  await queue.enqueue(jobs);
  const leaseMs = 800;
  const consume = () => new Child("consume.ts", path, String(leaseMs));
  const doomed = [consume(), consume()];
  const survivors = [consume(), consume()];
  const lines: string[] = [];
  for (const child of doomed) {
    // It has leased something; five lines are a batch that is started.
    for (let count = 0; count < 12; count++) lines.push((await child.line())!);
    await child.kill();
  }
  for (const child of [...doomed, ...survivors]) {
    lines.push(...await child.rest());
    await child[Symbol.asyncDispose]();
  }

  const events = lines.map((line) => line.split(" "));
  const settled = events.filter(([kind, , , status]) => kind === "end" && status === "settled").map(([, id]) => id!);
  // Of a killed process the last lines may be missing, not the settlements themselves.
  const records = await queue.inspect(jobs.map(({ id }) => id));
  assertEquals(records.filter((record) => record?.state !== "SUCCESS"), []);
  assertEquals(new Set(settled).size, settled.length, "a job was settled twice");
  for (const starts of Map.groupBy(events.filter(([kind]) => kind === "start"), ([, id]) => id).values()) {
    const times = starts.map(([, , , at]) => Number(at)).sort((a, b) => a - b);
    times.slice(1).forEach((at, index) => {
      assertGreaterOrEqual(at - times[index]!, leaseMs, "a job was held by two at a time");
    });
  }
  assert(records.some((record) => record!.losses > 0), "the killed processes held nothing");
  await queue.close();
});
