/** What the plugin `postgres` does while others hold locks, and where calls come upon each other. */

import { assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import { type EnqueueReceipt, type LeasedJob, NuvomError, type Settlement } from "nuvom";
import postgres, { type TransactionSql } from "postgres";
import { newJob } from "../../src/testing/new_job.ts";
import { findPostgres, PostgresServer } from "../servers/postgres.ts";
import { Started } from "./rig.ts";

const LEFT_OUT = await findPostgres() === null ? " (left out: there is no PostgreSQL)" : "";
const REQUEST = { limit: 10, leaseMs: 30_000, queues: null, waitMs: 0, workerId: "w" } as const;

function test(name: string, fn: (server: PostgresServer, started: Started) => Promise<void>): void {
  Deno.test({
    name: `${name}${LEFT_OUT}`,
    ignore: LEFT_OUT !== "",
    async fn() {
      await using server = await PostgresServer.start();
      await using started = new Started({ url: server.url(), pool: 1 });
      await fn(server, started);
    },
  });
}

/** Works while a transaction of someone else is open. */
async function inTransaction(server: PostgresServer, work: (tx: TransactionSql) => Promise<void>): Promise<void> {
  const sql = postgres(server.url(), { max: 1, onnotice() {} });
  try {
    await sql.begin(work);
  } finally {
    await sql.end();
  }
}

/** How many sessions wait for a lock. */
async function blocked(server: PostgresServer): Promise<number> {
  return Number(await server.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"));
}

async function untilBlocked(server: PostgresServer): Promise<void> {
  while (await blocked(server) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

test("Postgres leaves nothing to be done later when a call was given up", async (server, started) => {
  const queue = await started.queue();
  await inTransaction(server, async (tx) => {
    await tx.unsafe("LOCK TABLE nuvom.jobs IN ACCESS EXCLUSIVE MODE");
    const error = await assertRejects(() => queue.enqueue([newJob()]), NuvomError);
    assertEquals(error.code, "NUVOM_POSTGRES_TIMEOUT", error.message);
    assertStringIncludes(error.message, "Nothing was changed");
    assertEquals(await blocked(server), 0);
  });
  assertEquals(await queue.qsize(), 0);
});

test("Postgres lets what takes long hold up nothing else", async (server, started) => {
  const queue = await started.queue();
  let counting!: Promise<number>;
  await inTransaction(server, async (tx) => {
    await tx.unsafe("LOCK TABLE nuvom.live IN ACCESS EXCLUSIVE MODE");
    counting = queue.qsize();
    await untilBlocked(server);
    await started.plugin.health();
    assertEquals(await blocked(server), 1);
  });
  assertEquals(await counting, 0);
});

test("PostgresQueue.enqueue() holds a unique key that is forgotten at that moment", async (server, started) => {
  const queue = await started.queue();
  await server.sql("INSERT INTO nuvom.unique_keys (key) VALUES ('a'), ('b')");
  let adding!: Promise<EnqueueReceipt[]>;
  await inTransaction(server, async (tx) => {
    await tx.unsafe("DELETE FROM nuvom.unique_keys WHERE key = 'b'");
    adding = queue.enqueue(["a", "b"].map((uniqueKey) => newJob({ uniqueKey })));
    await untilBlocked(server);
    await tx.unsafe(
      `DELETE FROM nuvom.unique_keys WHERE key IN (
        SELECT key FROM nuvom.unique_keys WHERE key = 'a' FOR UPDATE SKIP LOCKED
      )`,
    );
  });
  assertEquals((await adding).map(({ duplicate }) => duplicate), [false, false]);
  const again = await queue.enqueue(["a", "b"].map((uniqueKey) => newJob({ uniqueKey })));
  assertEquals(again.map(({ duplicate }) => duplicate), [true, true]);
});

test("PostgresQueue.lease() takes a job in time that was noted while it looked", async (server, started) => {
  const queue = await started.queue();
  // One that is over for good: its end waits for its row.
  const over = newJob();
  await queue.enqueue([over]);
  await queue.lease({ ...REQUEST, leaseMs: 1 });
  await queue.cancel([over.id]);
  const later = newJob({ delayMs: 100 });
  let leasing!: Promise<LeasedJob[]>;
  await inTransaction(server, async (tx) => {
    await tx.unsafe("SELECT FROM nuvom.jobs FOR UPDATE");
    leasing = queue.lease({ ...REQUEST, waitMs: 20_000 });
    await untilBlocked(server);
    await queue.enqueue([later]);
  });
  const at = performance.now();
  assertEquals((await leasing).map(({ id }) => id), [later.id]);
  // If it had forgotten, it would look again after two seconds.
  assertLess(performance.now() - at, 1_500);
});

test(
  "PostgresQueue.lease() of several queues takes another job where someone has locked the first",
  async (server, started) => {
    const queue = await started.queue();
    const jobs = ["a", "b"].map((name) => newJob({ queue: name }));
    await queue.enqueue(jobs);
    await inTransaction(server, async (tx) => {
      await tx.unsafe("SELECT FROM nuvom.live WHERE queue = 'a' FOR UPDATE");
      assertEquals((await queue.lease({ ...REQUEST, limit: 1 })).map(({ id }) => id), [jobs[1]!.id]);
    });
    assertEquals((await queue.lease({ ...REQUEST, limit: 1 })).map(({ id }) => id), [jobs[0]!.id]);
  },
);

test("PostgresQueue tells two leases of one job apart in one batch", async (_server, started) => {
  const queue = await started.queue();
  const { id } = newJob();
  await queue.enqueue([newJob({ id })]);
  const [old] = await queue.lease({ ...REQUEST, leaseMs: 1 });
  const [second] = await queue.lease({ ...REQUEST, waitMs: 20_000 });
  assertEquals(await queue.renew([old!, second!], 30_000), { lost: [id], cancelled: [] });
  const line = (message: string) => ({ at: 1, attempt: 1, level: "info", message }) as const;
  await queue.report!([old!, second!].map(({ token }, n) => ({ id, token, progress: null, log: [line(String(n))] })));
  assertEquals((await queue.traces!([id]))[0]?.log.map(({ message }) => message), ["1"]);
  const succeed = ({ token }: LeasedJob, result: string): Settlement => ({ id, token, action: "succeed", result });
  const back: Settlement = { id, token: second!.token, action: "release" };
  assertEquals(await queue.settle([succeed(old!, "0"), back]), ["stale", "settled"]);
  const [third] = await queue.lease(REQUEST);
  assertEquals(await queue.settle([succeed(second!, "1"), succeed(third!, "2")]), ["stale", "settled"]);
  assertEquals((await queue.inspect([id]))[0]?.result, "2");
});
