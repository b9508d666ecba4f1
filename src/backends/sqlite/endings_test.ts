import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { newJobs, OwnQueue, REQUEST, TempFolder, withQueue } from "./testing.ts";
import { SqliteResults } from "./results.ts";

const ERROR = { name: "Error", message: "no" };

Deno.test("SqliteResults.listJobs() answers the jobs of many settles from the last, also by state", () =>
  withQueue(async (queue, clock) => {
    const results = new SqliteResults(queue.sqlite);
    await queue.enqueue(newJobs(60));
    const ended: { id: string; state: string; at: number }[] = [];
    for (let round = 0; round < 6; round++) {
      const jobs = await queue.lease(REQUEST);
      await queue.settle(jobs.map(({ id, token }, index) => {
        if (index === round) return { id, token, action: "fail", error: ERROR, attempt: null };
        return { id, token, action: "succeed", result: "1" };
      }));
      const at = clock.now();
      jobs.forEach(({ id }, index) => ended.push({ id, state: index === round ? "FAILED" : "SUCCESS", at }));
      // Two rounds end in the same millisecond.
      if (round % 2 === 1) await clock.advance(5);
    }
    const latest = ended.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
    const list = async (limit: number, ...states: ("SUCCESS" | "FAILED")[]) =>
      (await results.listJobs({ limit, states })).map(({ id }) => id);
    assertEquals(await list(60, "SUCCESS", "FAILED"), latest.map(({ id }) => id));
    assertEquals(await list(33, "SUCCESS", "FAILED"), latest.slice(0, 33).map(({ id }) => id));
    assertEquals(
      await list(4, "FAILED"),
      latest.filter(({ state }) => state === "FAILED").slice(0, 4).map((e) => e.id),
    );
    const rows = queue.sqlite.get<{ n: number }>("SELECT count(*) AS n FROM endings")!.n;
    assertEquals(rows, 12, "a row for each state of a settle");
  }));

Deno.test("SqliteResults.listJobs() answers a job once that was written twice in one moment", () =>
  withQueue(async (queue) => {
    const results = new SqliteResults(queue.sqlite);
    await queue.enqueue(newJobs(1));
    const [job] = await queue.lease(REQUEST);
    await queue.settle([{ id: job!.id, token: job!.token, action: "succeed", result: "1" }]);
    const finished = (await results.getFull(job!.id))!;
    await results.setResult(finished);
    await results.setResult({ ...finished, result: "2" });
    assertEquals((await results.listJobs({ limit: 10 })).map(({ result }) => result), ["2"]);
  }));

Deno.test("SqliteQueue leases without waiting for the disk, and writes everything else as durably as it was asked", async () => {
  await using folder = new TempFolder();
  const queue = new OwnQueue({ path: folder.file("nuvom.db"), synchronous: "FULL" });
  const synchronous = () => Object.values(queue.sqlite.get<Record<string, number>>("PRAGMA synchronous")!)[0];
  const seen: (number | undefined)[] = [];
  const { run } = queue.sqlite;
  queue.sqlite.run = (...args) => {
    seen.push(synchronous());
    return run.apply(queue.sqlite, args);
  };
  await queue.enqueue(newJobs(1));
  assertEquals(new Set(seen.splice(0)), new Set([2]));
  const [job] = await queue.lease(REQUEST);
  assertGreaterOrEqual(seen.length, 1);
  assertEquals(new Set(seen.splice(0)), new Set([1]));
  await queue.settle([{ id: job!.id, token: job!.token, action: "succeed", result: "1" }]);
  assertEquals(new Set(seen.splice(0)), new Set([2]));
  await queue.close();
});
