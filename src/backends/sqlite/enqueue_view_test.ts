import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { newJobs, OwnQueue, REQUEST, TempFolder } from "./testing.ts";

/** A queue, and the connection of another program. */
async function shared(fn: (queue: OwnQueue, app: DatabaseSync, path: string) => Promise<void>): Promise<void> {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path });
  const app = new DatabaseSync(path);
  app.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, title TEXT)");
  try {
    await fn(queue, app, path);
  } finally {
    app.close();
    await queue.close();
  }
}

Deno.test("nuvom_jobs takes a job in the transaction of another program, and nothing of one that is rolled back", () =>
  shared(async (queue, app) => {
    app.exec(
      "BEGIN; INSERT INTO orders (title) VALUES ('one'); INSERT INTO nuvom_jobs (task) VALUES ('ship'); ROLLBACK",
    );
    assertEquals(await queue.qsize(), 0);
    const waiting = queue.lease({ ...REQUEST, waitMs: 20_000 });
    app.exec("BEGIN; INSERT INTO orders (title) VALUES ('two')");
    app.prepare("INSERT INTO nuvom_jobs (id, task, args) VALUES (?, ?, ?)").run("order-2", "ship", '[2, "ü"]');
    app.exec("COMMIT");
    const begun = Date.now();
    const [job] = await waiting;
    assertLess(Date.now() - begun, 1_500, "a worker that waits is woken");
    assertEquals([job?.id, job?.task, job?.args, job?.queue, job?.priority], [
      "order-2",
      "ship",
      '[2, "ü"]',
      "default",
      0,
    ]);
    assertEquals([job?.maxAttempts, job?.retryDelayMs, job?.timeoutMs, job?.timeoutPolicy], [
      1,
      5_000,
      60_000,
      "retry",
    ]);
    assertEquals([job?.storeResult, job?.uniqueKey, job?.errors], [true, null, []]);
    const row = app.prepare("SELECT state, attempts FROM nuvom_jobs WHERE id = 'order-2'").get();
    assertEquals({ ...row }, { state: "RUNNING", attempts: 1 });
  }));

Deno.test("nuvom_jobs takes every option, and gives ids that sort by time", () =>
  shared(async (queue, app) => {
    app.exec(`INSERT INTO nuvom_jobs (task, queue, priority, delay_ms, max_attempts, retry_delay_ms, timeout_ms,
      timeout_policy, store_result) VALUES ('a', 'mail', 7, 60000, 4, 10, 20, 'fail', 0)`);
    for (let count = 0; count < 3; count++) app.exec("INSERT INTO nuvom_jobs (task) VALUES ('b')");
    const [stats, other] = (await queue.stats()).toSorted((a, b) => a.queue < b.queue ? 1 : -1);
    assertEquals([stats?.queue, stats?.scheduled, other?.pending], ["mail", 1, 3]);
    const jobs = await queue.lease(REQUEST);
    assertEquals(new Set(jobs.map(({ id }) => id.length)), new Set([32]));
    const { id } = app.prepare("SELECT id FROM nuvom_jobs WHERE queue = 'mail'").get() as { id: string };
    const [job] = await queue.inspect([id]);
    assertEquals([job?.maxAttempts, job?.retryDelayMs, job?.timeoutMs, job?.timeoutPolicy], [4, 10, 20, "fail"]);
    assertEquals([job?.priority, job?.storeResult, job?.state], [7, false, "SCHEDULED"]);
    assertGreater(job!.runAt, Date.now() + 50_000);
  }));

Deno.test("nuvom_jobs honours unique keys as the client does", () =>
  shared(async (queue, app) => {
    const insert = app.prepare("INSERT INTO nuvom_jobs (task, unique_key) VALUES ('t', 'k')");
    insert.run();
    insert.run();
    assertEquals(await queue.qsize(), 1);
    const [held] = newJobs(1, { uniqueKey: "k" });
    assertEquals((await queue.enqueue([held!]))[0]?.duplicate, true);
    const [job] = await queue.lease(REQUEST);
    await queue.settle([{ id: job!.id, token: job!.token, action: "succeed", result: null }]);
    insert.run();
    assertEquals(await queue.qsize(), 1, "the key is free again");
  }));

Deno.test("nuvom_jobs refuses what is no job, and the transaction goes on as it says", () =>
  shared(async (queue, app) => {
    app.exec("INSERT INTO nuvom_jobs (id, task) VALUES ('taken', 't')");
    const refused = {
      "task must be": "(id) VALUES ('x')",
      "args must be": "(task, args) VALUES ('t', '{}')",
      "there is a job": "(task, id) VALUES ('t', 'taken')",
      "id must be": "(task, id) VALUES ('t', '')",
      "queue must be": "(task, queue) VALUES ('t', 'a b')",
      "priority must be": "(task, priority) VALUES ('t', 1001)",
      "delay_ms must be": "(task, delay_ms) VALUES ('t', -1)",
      "max_attempts must be": "(task, max_attempts) VALUES ('t', 0)",
      "retry_delay_ms must be": "(task, retry_delay_ms) VALUES ('t', 1.5)",
      "timeout_ms must be": "(task, timeout_ms) VALUES ('t', 'soon')",
      "timeout_policy must be": "(task, timeout_policy) VALUES ('t', 'no')",
      "store_result must be": "(task, store_result) VALUES ('t', 2)",
      "unique_key must be": "(task, unique_key) VALUES ('t', '')",
      "unique_for_ms must be": "(task, unique_for_ms) VALUES ('t', -1)",
    };
    app.exec("BEGIN; INSERT INTO orders (title) VALUES ('kept')");
    for (const [says, values] of Object.entries(refused)) {
      assertThrows(() => app.exec(`INSERT INTO nuvom_jobs ${values}`), Error, `nuvom: ${says}`);
    }
    app.exec("COMMIT");
    assertEquals([await queue.qsize(), app.prepare("SELECT count(*) AS n FROM orders").get()?.n], [1, 1]);
    assertThrows(() => app.exec("DELETE FROM nuvom_jobs"), Error, "view");
  }));

const SCRIPT = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
for title, end in (("lost", "ROLLBACK"), ("kept", "COMMIT")):
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO orders (title) VALUES (?)", (title,))
    db.execute("INSERT INTO nuvom_jobs (id, task, args) VALUES (?, 'ship', json_array(?))", (title, title))
    db.execute(end)
`;

Deno.test("nuvom_jobs takes jobs of a program in another language, and wakes the worker", () =>
  shared(async (queue, _app, path) => {
    const waiting = queue.lease({ ...REQUEST, waitMs: 20_000 });
    let output: Deno.CommandOutput | undefined;
    try {
      output = await new Deno.Command("python3", { args: ["-c", SCRIPT, path], stderr: "inherit" }).output();
    } catch {
      console.log("not tested: there is no python3 here");
      await queue.enqueue(newJobs(1));
    }
    const jobs = await waiting;
    if (output === undefined) return;
    assertEquals([output.success, jobs.map(({ id, args }) => [id, args])], [true, [["kept", '["kept"]']]]);
  }));
