import { assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { settledRecord } from "../../core/mod.ts";
import { FakeClock, QUEUE_CASES, queueSubject, testCases } from "../../testing/mod.ts";
import { inFolders } from "../testing.ts";
import { Child, newJobs, OwnQueue, REQUEST, TempFolder, withQueue } from "./testing.ts";

const clock = new FakeClock();
const subject = queueSubject({
  clock,
  ...inFolders((folder) => new OwnQueue({ path: `${folder}/nuvom.db`, clock })),
});

testCases("sqlite queue", QUEUE_CASES, subject);

Deno.test("SqliteQueue.lease() answers at once when its signal is aborted", () =>
  withQueue(async (queue, clock) => {
    const stop = new AbortController();
    const waiting = queue.lease({ ...REQUEST, waitMs: 60_000, signal: stop.signal });
    await clock.advance(10);
    stop.abort();
    assertEquals(await waiting, []);
    assertEquals(clock.pending, 0);
  }));

Deno.test("SqliteQueue.enqueue() leases a job for who waits here in the transaction that adds it", () =>
  withQueue(async (queue, clock) => {
    const waiting = queue.lease({ ...REQUEST, waitMs: 60_000 });
    await clock.advance(10);
    const [job] = newJobs(1, { priority: 3 });
    const added = queue.enqueue([job!]);
    assertEquals(queue.sqlite.get("SELECT state, attempts, worker FROM jobs")!, { state: 2, attempts: 1, worker: "w" });
    assertEquals(await added, [{ id: job!.id, duplicate: false }]);
    const [leased] = await waiting;
    const { token, leaseUntil, ...record } = leased!;
    assertEquals(leaseUntil, clock.now() + REQUEST.leaseMs);
    assertEquals(await queue.inspect([job!.id]), [record]);
    assertEquals(await queue.renew([{ id: job!.id, token }], 30_000), { lost: [], cancelled: [] });
    assertEquals(await queue.settle([{ id: job!.id, token, action: "release" }]), ["settled"]);
  }));

Deno.test("SqliteQueue.enqueue() hands nothing to a lease that does not want it or may not have it", () =>
  withQueue(async (queue, clock) => {
    const stop = new AbortController();
    const stopped = queue.lease({ ...REQUEST, waitMs: 60_000, signal: stop.signal });
    const elsewhere = queue.lease({ ...REQUEST, waitMs: 60_000, queues: ["other"] });
    await clock.advance(10);
    stop.abort();
    const [job, other, paused, later] = [
      ...newJobs(1),
      ...newJobs(1, { queue: "other" }),
      ...newJobs(1, { queue: "paused" }),
      ...newJobs(1, { delayMs: 60_000 }),
    ];
    await queue.enqueue([job!]);
    assertEquals(await stopped, []);
    await queue.enqueue([other!]);
    assertEquals((await elsewhere).map(({ id }) => id), [other!.id]);
    assertEquals((await queue.lease(REQUEST)).map(({ id }) => id), [job!.id]);
    await queue.pause("paused");
    const waiting = queue.lease({ ...REQUEST, waitMs: 30_000 });
    await clock.advance(10);
    await queue.enqueue([paused!]);
    await queue.enqueue([later!]);
    await queue.enqueue([job!]);
    await queue.resume("paused");
    assertEquals((await waiting).map(({ id }) => id), [paused!.id]);
  }));

Deno.test("SqliteQueue.enqueue() hands nothing over before a job that is due and that nobody has looked at", () =>
  withQueue(async (queue, clock) => {
    const [due, added] = [...newJobs(1, { delayMs: 90_000, priority: 5 }), ...newJobs(1)];
    await queue.enqueue([due!]);
    const waiting = queue.lease({ ...REQUEST, limit: 1, waitMs: 60_000 });
    await clock.advance(10);
    queue.sqlite.run("UPDATE jobs SET run_at = 0");
    await queue.enqueue([added!]);
    assertEquals((await waiting).map(({ id }) => id), [due!.id]);
  }));

Deno.test("SqliteQueue.enqueue() hands nothing over when its transaction is not committed", () =>
  withQueue(async (queue, clock) => {
    const { sqlite } = queue;
    sqlite.run("CREATE TABLE parents (x INTEGER PRIMARY KEY)");
    sqlite.run("CREATE TABLE children (x INTEGER REFERENCES parents DEFERRABLE INITIALLY DEFERRED)");
    sqlite.run("CREATE TRIGGER orphans AFTER INSERT ON jobs BEGIN INSERT INTO children VALUES (1); END");
    const waiting = queue.lease({ ...REQUEST, waitMs: 60_000 });
    await clock.advance(10);
    const [refused, added] = newJobs(2);
    await assertRejects(() => queue.enqueue([refused!]), Error, "FOREIGN KEY");
    sqlite.run("DROP TRIGGER orphans");
    await queue.enqueue([added!]);
    assertEquals((await waiting).map(({ id }) => id), [added!.id]);
    assertEquals(await queue.inspect([refused!.id]), [null]);
  }));

Deno.test("SqliteQueue.lease() goes on in small steps when many thousand jobs are due at once", () =>
  withQueue(async (queue, clock) => {
    const jobs = newJobs(5_000, { delayMs: 1_000 });
    await queue.enqueue(jobs);
    await clock.advance(1_000);
    const first = await queue.lease(REQUEST);
    assertEquals(first.map(({ id }) => id), jobs.slice(0, 10).map(({ id }) => id));
    const row = queue.sqlite.get<{ n: number }>("SELECT count(*) AS n FROM jobs WHERE state = 1")!;
    assertEquals(row.n, 3_000, "most of them are still to be moved");
    const rest: string[] = [];
    for (let more = first; more.length > 0; more = await queue.lease({ ...REQUEST, limit: 700 })) {
      rest.push(...more.map(({ id }) => id));
    }
    assertEquals(rest, jobs.map(({ id }) => id));
  }));

Deno.test("SqliteQueue.lease() takes the first jobs of more queues than it may take jobs", () =>
  withQueue(async (queue) => {
    const jobs = newJobs(60).map((job, index) => ({ ...job, queue: `q${index % 20}`, priority: index % 7 }));
    await queue.enqueue(jobs);
    const expected = jobs.map((job, index) => ({ job, index }))
      .sort((a, b) => b.job.priority - a.job.priority || a.index - b.index).map(({ job }) => job.id);
    const leased: string[] = [];
    for (let count = 0; count < 12; count++) {
      leased.push(...(await queue.lease({ ...REQUEST, limit: 5 })).map(({ id }) => id));
    }
    assertEquals(leased, expected);
  }));

Deno.test("SqliteQueue.lease() finds jobs that another program wrote", () =>
  withQueue(async (queue) => {
    queue.sqlite.run(
      `INSERT INTO jobs (id, task, args, queue, priority, state, run_at, created_at, delay_ms, max_attempts,
        retry_delay_ms, timeout_ms, timeout_policy, store_result, unique_for_ms)
        VALUES ('foreign', 't', '[]', 'never seen', 0, 0, 0, 0, 0, 1, 0, 0, 'retry', 1, 0)`,
    );
    assertEquals((await queue.lease(REQUEST)).map(({ id }) => id), ["foreign"]);
  }));

Deno.test("SqliteQueue.settle() counts the start back from the end, and not before the lease", () =>
  withQueue(async (queue, clock) => {
    await queue.enqueue(newJobs(4));
    const jobs = await queue.lease(REQUEST);
    const leasedAt = clock.now();
    await clock.advance(900);
    const [a, b, c, d] = jobs.map(({ id, token }) => ({ id, token }));
    const error = { name: "Error", message: "x" };
    await queue.settle([
      { ...a!, action: "succeed", result: null, ranMs: 200.4 },
      { ...b!, action: "fail", error, attempt: null, ranMs: 5_000 },
      { ...c!, action: "cancel", error, ranMs: 0 },
      { ...d!, action: "succeed", result: null },
    ]);
    const records = await queue.inspect(jobs.map(({ id }) => id));
    assertEquals(records.map((job) => job!.startedAt! - leasedAt), [700, 0, 900, 0]);
    assertEquals(
      jobs.map(({ id: _, ...job }, i) => {
        const ranMs = [200.4, 5_000, 0, undefined][i];
        const settlement = {
          id: "",
          token: "",
          action: "succeed",
          result: null,
          ...(ranMs === undefined ? {} : { ranMs }),
        };
        return settledRecord({ id: "", ...job }, settlement as never, clock.now()).startedAt! - leasedAt;
      }),
      [700, 0, 900, 0],
    );
  }));

Deno.test("SqliteQueue.renew() keeps a batch together while all of it is renewed", () =>
  withQueue(async (queue) => {
    await queue.enqueue(newJobs(5));
    const jobs = await queue.lease(REQUEST);
    const leases = () => queue.sqlite.get<{ n: number }>("SELECT count(*) AS n FROM leases")!.n;
    await queue.renew(jobs, 30_000);
    assertEquals(leases(), 1);
    await queue.renew(jobs.slice(0, 2), 30_000);
    assertEquals(leases(), 2);
    await queue.renew(jobs.slice(0, 2), 30_000);
    assertEquals(leases(), 2);
  }));

Deno.test("SqliteQueue.lease() forgets leases whose jobs were settled", () =>
  withQueue(async (queue, clock) => {
    await queue.enqueue(newJobs(1));
    const [job] = await queue.lease(REQUEST);
    await queue.settle([{ id: job!.id, token: job!.token, action: "succeed", result: null }]);
    await clock.advance(30_000);
    assertEquals(await queue.lease(REQUEST), []);
    assertEquals(queue.sqlite.get<{ n: number }>("SELECT count(*) AS n FROM leases")!.n, 0);
  }));

Deno.test("SqliteQueue.stats() counts a job once that another process leases and releases all the time", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path });
  await queue.enqueue(newJobs(1));
  await using flipping = new Child("flip.ts", path);
  await flipping.line();
  const counts = new Set<string>();
  const until = Date.now() + 20_000;
  for (let look = 0; look < 3_000 || (counts.size < 2 && Date.now() < until); look++) {
    const [row] = await queue.stats();
    counts.add(`pending ${row?.pending}, running ${row?.running}`);
  }
  assertEquals([...counts].sort(), ["pending 0, running 1", "pending 1, running 0"]);
  await queue.close();
});

Deno.test("SqliteQueue.retry() leaves nothing of the end behind", () =>
  withQueue(async (queue) => {
    await queue.enqueue(newJobs(2));
    const jobs = await queue.lease(REQUEST);
    const error = { name: "Error", message: "no" };
    await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "fail", error, attempt: null })));
    const endings = () => queue.sqlite.get<{ n: number }>("SELECT count(*) AS n FROM endings")!.n;
    await queue.retry([jobs[0]!.id]);
    assertEquals(endings(), 1);
    await queue.retry([jobs[1]!.id]);
    assertEquals(endings(), 0);
  }));

Deno.test("SqliteQueue.prune() lets others have a turn between its steps", () =>
  withQueue(async (queue, clock) => {
    await queue.enqueue(newJobs(1_000));
    const jobs = await queue.lease({ ...REQUEST, limit: 1_000 });
    await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
    await clock.advance(1);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const request = { states: ["SUCCESS"], olderThanMs: 0, keep: null, limit: 1_000 } as const;
    assertEquals(await queue.prune(request), 1_000);
    clearInterval(timer);
    assertGreaterOrEqual(turns, 2);
  }));
