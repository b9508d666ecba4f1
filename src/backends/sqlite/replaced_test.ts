import { assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { codeOf, newJobs, OwnQueue, REQUEST, TempFolder } from "./testing.ts";

/** Longer than a store trusts what it saw of its file. */
const A_LOOK_LATER = 250;

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of ["", "-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {});
}

const later = () => new Promise((resolve) => setTimeout(resolve, A_LOOK_LATER));

Deno.test("SqliteQueue says that its database was deleted, and goes on with the next one", async () => {
  await using folder = new TempFolder();
  const path = folder.file("nuvom.db");
  const queue = new OwnQueue({ path });
  await queue.enqueue(newJobs(2));
  const [old] = await queue.lease(REQUEST);
  await removeDatabase(path);
  await later();
  assertEquals(await codeOf(() => queue.enqueue(newJobs(1))), "NUVOM_SQLITE_GONE");
  assertEquals(await codeOf(() => queue.lease(REQUEST)), "NUVOM_SQLITE_GONE");
  const other = new OwnQueue({ path });
  const jobs = newJobs(3);
  await other.enqueue(jobs);
  assertEquals((await queue.lease(REQUEST)).map(({ id }) => id), jobs.map(({ id }) => id));
  assertEquals(await queue.settle([{ id: old!.id, token: old!.token, action: "release" }]), ["stale"]);
  await queue.close();
  await other.close();
  const reopened = new OwnQueue({ path });
  assertEquals((await reopened.inspect(jobs.map(({ id }) => id))).map((job) => job?.state), Array(3).fill("RUNNING"));
  await reopened.close();
});

Deno.test("SqliteQueue goes on with a backup that was put in the place of its database, and hears of new jobs", async () => {
  await using folder = new TempFolder();
  const [path, backup] = [folder.file("nuvom.db"), folder.file("backup.db")];
  const source = new OwnQueue({ path: backup });
  const kept = newJobs(2);
  await source.enqueue(kept);
  await source.close();
  const queue = new OwnQueue({ path });
  await queue.enqueue(newJobs(5));
  await queue.lease(REQUEST);
  assertEquals(await queue.lease({ ...REQUEST, waitMs: 50 }), [], "it listens to the old file");
  await removeDatabase(path);
  await Deno.rename(backup, path);
  await later();
  assertEquals((await queue.lease(REQUEST)).map(({ id }) => id), kept.map(({ id }) => id));
  const waiting = queue.lease({ ...REQUEST, waitMs: 20_000 });
  // The looks that follow the end of the old file are over by then.
  for (let looks = 0; looks < 3; looks++) await later();
  const other = new OwnQueue({ path });
  const [job] = newJobs(1);
  const begun = performance.now();
  await other.enqueue([job!]);
  assertEquals((await waiting).map(({ id }) => id), [job!.id]);
  assertLess(performance.now() - begun, 1_000, "it listens to the new file");
  await other.close();
  await queue.close();
});

Deno.test("SqliteQueue says that its database was truncated, and goes on with a backup", async () => {
  await using folder = new TempFolder();
  const [path, backup] = [folder.file("nuvom.db"), folder.file("backup.db")];
  const first = new OwnQueue({ path });
  const jobs = newJobs(300);
  await first.enqueue(jobs);
  await first.close();
  await Deno.copyFile(path, backup);
  const queue = new OwnQueue({ path });
  await Deno.truncate(path, 8_192);
  assertNotEquals(await codeOf(() => queue.lease({ ...REQUEST, limit: 300 })), "no error");
  await removeDatabase(path);
  await Deno.rename(backup, path);
  await later();
  assertEquals((await queue.lease({ ...REQUEST, limit: 300 })).length, 300);
  await queue.close();
});

Deno.test("SqliteQueue loses no job when the clock is set back", async () => {
  await using folder = new TempFolder();
  let now = 1_800_000_000_000;
  const timer = (ms: number, fn: () => void) => {
    const id = setTimeout(fn, ms);
    return () => clearTimeout(id);
  };
  const queue = new OwnQueue({ path: folder.file("nuvom.db"), clock: { now: () => now, monotonic: () => now, timer } });
  const jobs = newJobs(6);
  await queue.enqueue(jobs);
  const [ends, retried, released, lost] = await queue.lease({ ...REQUEST, limit: 4, leaseMs: 5_000 });
  now -= 3_600_000;
  const error = { name: "Error", message: "no" };
  assertEquals(await queue.renew([ends!, retried!, released!], 5_000), { lost: [], cancelled: [] });
  const attempt = { attempt: 1, at: now, outcome: "failure", error } as const;
  const statuses = await queue.settle([
    { id: ends!.id, token: ends!.token, action: "succeed", result: "1" },
    { id: retried!.id, token: retried!.token, action: "retry", delayMs: 1_000, attempt },
    { id: released!.id, token: released!.token, action: "release" },
  ]);
  assertEquals(statuses, ["settled", "settled", "settled"]);
  await queue.enqueue(newJobs(1));
  assertEquals((await queue.lease(REQUEST)).length, 4, "what was ready, what was given back and what is new");
  now += 1_000;
  assertEquals((await queue.lease(REQUEST)).map(({ id }) => id), [retried!.id], "by the clock as it is now");
  now += 3_604_000;
  const rescued = await queue.lease({ ...REQUEST, limit: 100 });
  assertEquals(rescued.some(({ id }) => id === lost!.id), true, "at the latest when the old time has come again");
  await queue.close();
});
