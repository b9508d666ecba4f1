/** What the plugin `postgres` does beyond the cases that every backend is held to. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import type { NewJob, QueueBackend, Settlement } from "nuvom";
import { newJob } from "../../src/testing/new_job.ts";
import { findPostgres, PostgresServer } from "../servers/postgres.ts";
import { Started } from "./rig.ts";

const LEFT_OUT = await findPostgres() === null ? " (left out: there is no PostgreSQL)" : "";
const REQUEST = { limit: 10, leaseMs: 30_000, queues: null, waitMs: 0, workerId: "w" } as const;

function test(name: string, fn: (server: PostgresServer) => Promise<void>): void {
  Deno.test({
    name: `${name}${LEFT_OUT}`,
    ignore: LEFT_OUT !== "",
    async fn() {
      await using server = await PostgresServer.start();
      await fn(server);
    },
  });
}

function jobs(count: number, overrides: Partial<NewJob> = {}): NewJob[] {
  return Array.from({ length: count }, () => newJob(overrides));
}

async function finish(queue: QueueBackend, limit: number): Promise<void> {
  const leased = await queue.lease({ ...REQUEST, limit });
  await queue.settle(leased.map(({ id, token }): Settlement => ({ id, token, action: "succeed", result: "1" })));
}

test("PostgresQueue finds everything by an index, however many jobs there are", async (server) => {
  const url = server.url();
  {
    await using filling = new Started({ url });
    const queue = await filling.queue();
    for (let turn = 0; turn < 3; turn++) {
      await queue.enqueue(jobs(2_000));
      await finish(queue, 2_000);
    }
    for (let turn = 0; turn < 3; turn++) await queue.enqueue(jobs(2_000, { delayMs: 86_400_000 }));
    await queue.enqueue(jobs(6_000));
  }
  await server.sql("VACUUM ANALYZE");
  await server.sql("SELECT pg_stat_reset()");
  {
    await using started = new Started({ url });
    const [queue, results] = [await started.queue(), await started.results()];
    const added = jobs(5, { uniqueKey: "k" });
    await queue.enqueue(added);
    const leased = await queue.lease(REQUEST);
    await queue.renew(leased, 30_000);
    await queue.settle(leased.map(({ id, token }): Settlement => ({ id, token, action: "succeed", result: "1" })));
    assertEquals(await queue.busy(["default"]), true);
    await queue.cancel([added[0]!.id]);
    await queue.retry!([added[0]!.id]);
    await queue.inspect([leased[0]!.id]);
    await results.getFull(leased[0]!.id);
    assertEquals((await results.listJobs({ limit: 10 })).length, 10);
    await queue.prune!({ states: ["SUCCESS"], olderThanMs: 0, keep: null, limit: 10 });
  }
  // A connection tells its counts when it ends at the latest.
  const read = async (column: string) =>
    Number(
      await server.sql(`SELECT sum(${column}) FROM pg_stat_user_tables WHERE relname IN ('jobs', 'live', 'endings')`),
    );
  assertEquals(await read("seq_tup_read"), 0);
  const fetched = await read("idx_tup_fetch");
  assert(fetched > 0);
  // A page of the history are the jobs of 16 batches, and these are large.
  assertLess(fetched, 15_000);
});

test("PostgresQueue.lease() is woken by another process, also after its connections were cut", async (server) => {
  await using waiting = new Started({ url: server.url() });
  await using adding = new Started({ url: server.url() });
  const [worker, client] = [await waiting.queue(), await adding.queue()];
  for (const cut of [false, true]) {
    if (cut) {
      await server.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'nuvom'");
      const listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'";
      while (await server.sql(listening) !== "2") await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const lease = worker.lease({ ...REQUEST, waitMs: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const added = await client.enqueue(jobs(1)).catch(() => client.enqueue(jobs(1)));
    const at = performance.now();
    assertEquals((await lease).map(({ id }) => id), added.map(({ id }) => id));
    // Without a wake-up it would look again two seconds after its last look.
    assertLess(performance.now() - at, 1_500);
  }
});

test("enqueue() adds jobs inside of the transaction of its caller", async (server) => {
  await using started = new Started({ url: server.url() });
  const queue = await started.queue();
  const waiting = queue.lease({ ...REQUEST, waitMs: 20_000 });
  await server.sql("BEGIN; SELECT nuvom.enqueue('mail', '[\"undone\"]'); ROLLBACK");
  const id = await server.sql(
    `SELECT nuvom.enqueue('mail', '["a", 1.0]', queue => 'out', priority => 5, max_attempts => 3, timeout => '2 minutes',
      unique_key => 'k')`,
  );
  const [job] = await waiting;
  const { task, args, queue: name, priority, maxAttempts, retryDelayMs, timeoutMs, uniqueKey } = job!;
  assertEquals({ id: job!.id, task, args, queue: name, priority, maxAttempts, retryDelayMs, timeoutMs, uniqueKey }, {
    id,
    task: "mail",
    args: '["a", 1.0]',
    queue: "out",
    priority: 5,
    maxAttempts: 3,
    retryDelayMs: 5_000,
    timeoutMs: 120_000,
    uniqueKey: "k",
  });
  assertEquals(await server.sql("SELECT nuvom.enqueue('mail', unique_key => 'k')"), id, "the key is held");
  await server.sql("SELECT nuvom.enqueue('later', delay => '1 hour')");
  assertEquals((await queue.stats()).map(({ queue, scheduled, running }) => [queue, scheduled, running]), [
    ["default", 1, 0],
    ["out", 0, 1],
  ]);
  for (
    const bad of [
      "''",
      "'t', '{}'",
      "'t', queue => 'a b'",
      "'t', priority => 1001",
      "'t', delay => '-1 s'",
      "'t', max_attempts => 0",
    ]
  ) {
    const error = await assertRejects(() => server.sql(`SELECT nuvom.enqueue(${bad})`), Error);
    assert(error.message.includes("nuvom: "), error.message);
  }
});

test("enqueue() needs the right to call it, and no other", async (server) => {
  await using started = new Started({ url: server.url() });
  const queue = await started.queue();
  await server.sql("CREATE ROLE app LOGIN");
  await assertRejects(() => server.sql("SET ROLE app; SELECT nuvom.enqueue('t')"), Error, "permission denied");
  await server.sql("GRANT USAGE ON SCHEMA nuvom TO app; GRANT EXECUTE ON FUNCTION nuvom.enqueue TO app");
  await server.sql("SET ROLE app; SELECT nuvom.enqueue('t')");
  await assertRejects(() => server.sql("SET ROLE app; SELECT * FROM nuvom.jobs"), Error, "permission denied");
  assertEquals(await queue.qsize(), 1);
});

test("two processes that open one schema for the first time make it once", async (server) => {
  const all = Array.from({ length: 4 }, () => new Started({ url: server.url() }));
  const queues = await Promise.all(all.map((one) => one.queue()));
  await queues[0]!.enqueue(jobs(1));
  assertEquals(await Promise.all(queues.map((queue) => queue.qsize())), [1, 1, 1, 1]);
  for (const one of all) await one[Symbol.asyncDispose]();
});
