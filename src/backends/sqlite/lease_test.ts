import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { newJobs, OwnQueue, REQUEST, TempFolder } from "./testing.ts";
import { SqliteQueue } from "./queue.ts";
import { SqliteStore } from "./store.ts";

/** Notes every statement that it runs. */
class NotingStore extends SqliteStore {
  readonly statements = new Set<string>();

  override run(sql: string, ...values: SQLInputValue[]): number {
    this.statements.add(sql);
    return super.run(sql, ...values);
  }

  override get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    this.statements.add(sql);
    return super.get(sql, ...values);
  }

  override all<T>(sql: string, ...values: SQLInputValue[]): T[] {
    this.statements.add(sql);
    return super.all(sql, ...values);
  }

  override rows<T extends readonly unknown[]>(sql: string, ...values: SQLInputValue[]): T[] {
    this.statements.add(sql);
    return super.rows(sql, ...values);
  }
}

function planOf(db: DatabaseSync, sql: string): string {
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as unknown as { detail: string }[];
  return steps.map(({ detail }) => detail).join("\n");
}

/** Steps that look at more of a table than what they want of it. */
function slowSteps(db: DatabaseSync, statements: Iterable<string>): string[] {
  return [...statements].flatMap((sql) => {
    return planOf(db, sql).split("\n").filter((detail) => /SCAN (jobs|leases|unique_keys)|TEMP B-TREE/.test(detail));
  });
}

async function withStore(fn: (queue: SqliteQueue, store: NotingStore, db: DatabaseSync) => Promise<void>) {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const filler = new OwnQueue({ path });
  await filler.enqueue([...newJobs(200), ...newJobs(200, { delayMs: 86_400_000 }), ...newJobs(50, { queue: "other" })]);
  const done = await filler.lease({ ...REQUEST, limit: 150 });
  await filler.settle(done.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
  await filler.close();
  const db = new DatabaseSync(path);
  const store = new NotingStore(db, { path });
  try {
    await fn(new SqliteQueue(store), store, db);
  } finally {
    store.close();
  }
}

Deno.test("SqliteQueue.lease() finds its jobs by indexes, whatever number of future and finished jobs there is", () =>
  withStore(async (queue, store, db) => {
    assertEquals((await queue.lease(REQUEST)).length, 10);
    assertEquals((await queue.lease({ ...REQUEST, limit: 1, queues: ["other"] })).length, 1);
    assertGreater(store.statements.size, 5);
    assertEquals(slowSteps(db, store.statements), []);
  }));

Deno.test("SqliteQueue renews, settles, cancels, enqueues and inspects by indexes", () =>
  withStore(async (queue, store, db) => {
    const jobs = await queue.lease(REQUEST);
    const attempt = { attempt: 1, at: 0, outcome: "failure", error: { name: "Error", message: "" } } as const;
    const [a, b, c, d] = jobs.map(({ id, token }) => ({ id, token }));
    await queue.renew(jobs, 30_000);
    await queue.renew([a!], 30_000);
    await queue.settle([
      { ...a!, action: "succeed", result: null },
      { ...b!, action: "fail", error: attempt.error, attempt },
      { ...c!, action: "retry", delayMs: 1_000, attempt },
      { ...d!, action: "release" },
    ]);
    await queue.cancel(jobs.map(({ id }) => id));
    await queue.enqueue(newJobs(2, { uniqueKey: "key" }));
    await queue.inspect(jobs.map(({ id }) => id));
    assertGreater(store.statements.size, 10);
    assertEquals(slowSteps(db, store.statements), []);
  }));

Deno.test("SqliteQueue is asked whether it is busy, retries, keeps reports and prunes by indexes", () =>
  withStore(async (queue, store, db) => {
    assertEquals(await queue.busy(["none"]), false);
    assertEquals(await queue.busy(null), true);
    const [job, failed] = await queue.lease(REQUEST);
    await queue.report([{ id: job!.id, token: job!.token, progress: null, log: [] }]);
    await queue.settle([{ ...failed!, action: "fail", error: { name: "Error", message: "" }, attempt: null }]);
    assertEquals(await queue.retry([failed!.id]), ["retried"]);
    assertEquals(await queue.prune({ states: ["SUCCESS", "FAILED"], olderThanMs: 0, keep: 1, limit: 100 }), 100);
    assertEquals(await queue.prune({ states: ["SUCCESS"], olderThanMs: null, keep: 10, limit: 100 }), 40);
    const statements = [...store.statements].filter((sql) =>
      !sql.includes("min(seq)") && !/^SELECT 1 FROM \w+ LIMIT 1$/.test(sql)
    );
    // Of these one row is enough, and the first one will do unless queues are named.
    const first = /^SCAN jobs USING (COVERING )?INDEX jobs_(ready|retrying|running)$/;
    assertEquals(slowSteps(db, statements).filter((step) => !first.test(step)), []);
    // Running jobs are as many as workers hold at a time; of the others there may be a million in other queues.
    const waiting = [...store.statements].filter((sql) => /SELECT 1 .*state = [016].*json_each/.test(sql));
    assertEquals([waiting.length, slowSteps(db, waiting)], [3, []]);
    for (const sql of waiting) assertMatch(planOf(db, sql), /SEARCH jobs USING .*INDEX \w+ \((state=\? AND )?queue=\?/);
  }));

Deno.test("slowSteps() finds a statement that reads a whole table", () =>
  withStore((_queue, _store, db) => {
    assertEquals(slowSteps(db, ["SELECT * FROM jobs WHERE task = 't'"]), ["SCAN jobs"]);
    assertEquals(slowSteps(db, ["SELECT * FROM leases ORDER BY worker"]).length, 2);
    return Promise.resolve();
  }));
