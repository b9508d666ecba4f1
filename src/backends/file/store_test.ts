import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../../testing/mod.ts";
import { newJob } from "../../testing/new_job.ts";
import { Child, codeOf, newJobs, REQUEST, TempFolder } from "../sqlite/testing.ts";
import { fileNameOf } from "./names.ts";
import { OwnFileQueue } from "./testing.ts";

const TESTDATA = "../../file/testdata";

function filesOf(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("fileNameOf() keeps ids apart that a file system may not, and is never long", () => {
  const ids = ["a", "A", "a/b", "a_b", "..", ".", "a\u0000b", "語".repeat(200), "x".repeat(200), "x".repeat(199)];
  const names = ids.map(fileNameOf);
  assertEquals(new Set(names.map((name) => name.toLowerCase())).size, ids.length);
  for (const name of names) assert(/^[\w-]{1,60}\.[0-9a-f]{24}\.json$/.test(name), name);
});

Deno.test("FileQueue keeps a file for each job, which tells all of it", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path });
  const job = newJob({ id: "readable-id" });
  await queue.enqueue([job, ...newJobs(2)]);
  assertEquals(filesOf(`${folder.path}/jobs`).length, 3);
  const saved = JSON.parse(await Deno.readTextFile(`${folder.path}/jobs/${fileNameOf("readable-id")}`));
  assertEquals([saved.version, saved.record.id, saved.record.state], [1, "readable-id", "PENDING"]);
  await queue.clear();
  assertEquals(filesOf(`${folder.path}/jobs`), []);
  await queue.close();
});

Deno.test("FileStore moves damaged files aside, says so, and goes on with the others", async () => {
  await using folder = new TempFolder();
  const warnings: string[] = [];
  const open = () => new OwnFileQueue({ path: folder.path, warn: (message) => warnings.push(message) });
  const first = open();
  const jobs = newJobs(6);
  await first.enqueue(jobs);
  await first.close();
  const path = (index: number) => `${folder.path}/jobs/${fileNameOf(jobs[index]!.id)}`;
  await Deno.truncate(path(0), 0);
  await Deno.truncate(path(1), 40);
  await Deno.writeTextFile(path(2), "{}");
  await Deno.writeTextFile(path(3), (await Deno.readTextFile(path(3))).replace('"PENDING"', '"LOST"'));
  await Deno.rename(path(4), `${folder.path}/jobs/renamed.json`);
  await Deno.writeTextFile(`${folder.path}/rest.json`, "{");
  const second = open();
  assertEquals((await second.lease(REQUEST)).map(({ id }) => id), [jobs[5]!.id]);
  assertEquals([warnings.length, filesOf(`${folder.path}/corrupt`).length], [6, 6]);
  assertStringIncludes(warnings.join("\n"), `${fileNameOf(jobs[0]!.id)} is damaged (it is no JSON)`);
  await second.close();
});

Deno.test("FileStore ends what a process had begun when it was killed", async () => {
  await using folder = new TempFolder();
  const source = new OwnFileQueue({ path: `${folder.path}/source` });
  const jobs = newJobs(3);
  await source.enqueue(jobs);
  await source.close();
  const queue = new OwnFileQueue({ path: `${folder.path}/target` });
  await queue.enqueue([newJob()]);
  const changes = filesOf(`${folder.path}/source/jobs`).map((name) =>
    [name, Deno.readTextFileSync(`${folder.path}/source/jobs/${name}`)] as const
  );
  // As if it had written all as one file, then one of them.
  await Deno.writeTextFile(`${folder.path}/target/redo.json`, JSON.stringify(Object.fromEntries(changes)));
  await Deno.writeTextFile(`${folder.path}/target/jobs/${changes[0]![0]}`, changes[0]![1]);
  await Deno.writeTextFile(`${folder.path}/target/jobs/${changes[1]![0]}.tmp`, "half");
  assertEquals(await queue.qsize(), 4);
  const other = new OwnFileQueue({ path: `${folder.path}/target` });
  assertEquals([await other.qsize(), filesOf(`${folder.path}/target/jobs`).length], [4, 4]);
  await queue.close();
  await other.close();
});

Deno.test("FileQueue.enqueue() keeps batches whole when the process is killed in the middle", async () => {
  await using folder = new TempFolder();
  for (let round = 0; round < 3; round++) {
    const path = folder.file(String(round));
    const child = new Child(`${TESTDATA}/enqueue_batches.ts`, path, "40");
    for (let batch = 0; batch < 3 + round; batch++) assertEquals(await child.line(), String(batch));
    await child.kill();
    const acknowledged = 3 + round + (await child.rest()).length;
    await child[Symbol.asyncDispose]();
    const queue = new OwnFileQueue({ path });
    const stats = await queue.stats();
    await queue.close();
    assertEquals(stats.filter(({ pending }) => pending !== 40), [], "a part of a batch is there");
    assertGreaterOrEqual(stats.length, acknowledged, "an acknowledged batch is lost");
    assertLess(stats.length, acknowledged + 3);
  }
});

Deno.test("FileQueue gives every job to one of several processes at a time, also when one is killed", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path });
  const jobs = newJobs(200);
  await queue.enqueue(jobs);
  const leaseMs = 1_500;
  const [doomed, ...others] = [1, 2, 3].map(() => new Child(`${TESTDATA}/consume.ts`, folder.path, String(leaseMs)));
  const lines: string[] = [];
  for (let count = 0; count < 12; count++) lines.push((await doomed!.line())!);
  await doomed!.kill();
  for (const child of [doomed!, ...others]) {
    lines.push(...await child.rest());
    await child[Symbol.asyncDispose]();
  }
  const records = await queue.inspect(jobs.map(({ id }) => id));
  assertEquals(records.filter((record) => record?.state !== "SUCCESS"), []);
  const starts = lines.map((line) => line.split(" ")).filter(([kind]) => kind === "start");
  for (const times of Map.groupBy(starts, ([, id]) => id).values()) {
    const at = times.map(([, , startedAt]) => Number(startedAt)).sort((a, b) => a - b);
    at.slice(1).forEach((time, index) => {
      assertGreaterOrEqual(time - at[index]!, leaseMs, "a job was held by two at a time");
    });
  }
  await queue.close();
});

Deno.test("FileQueue gives no token again, whatever process gives it", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path });
  await queue.enqueue(newJobs(1));
  const tokens: (string | null)[] = [];
  for (let round = 0; round < 2; round++) {
    await using child = new Child(`${TESTDATA}/lease_one.ts`, folder.path, "100");
    tokens.push(await child.line());
  }
  assertEquals(new Set(tokens).size, 2, "the second has leased the job of the first");
  await queue.close();
});

Deno.test("FileQueue.lease() hears of a job of another process at once", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path });
  const waiting = queue.lease({ ...REQUEST, waitMs: 20_000 });
  await using child = new Child(`${TESTDATA}/enqueue_batches.ts`, folder.path, "1");
  assertEquals((await waiting).length > 0, true);
  await child.kill();
  await queue.close();
});

Deno.test("FileStore reads everything anew when the journal has begun anew, or the folder is gone", async () => {
  await using folder = new TempFolder();
  const path = folder.file("jobs");
  const [a, b] = [new OwnFileQueue({ path }), new OwnFileQueue({ path })];
  await a.enqueue(newJobs(2));
  await Deno.remove(`${path}/journal`);
  await a.enqueue(newJobs(1));
  assertEquals([await a.qsize(), await b.qsize()], [3, 3]);
  await Deno.remove(path, { recursive: true });
  assertEquals([await a.qsize(), await b.qsize()], [0, 0]);
  await b.enqueue(newJobs(1));
  assertEquals(await a.qsize(), 1);
  await a.close();
  await b.close();
});

Deno.test("FileStore rejects with NUVOM_FILE_LOCKED when another process does not give the lock back", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path, busyTimeoutMs: 50 });
  const holder = Deno.openSync(`${folder.path}/lock`, { write: true });
  holder.lockSync(true);
  assertEquals(await codeOf(() => queue.enqueue(newJobs(1))), "NUVOM_FILE_LOCKED");
  holder.close();
  assertEquals(await codeOf(() => queue.enqueue(newJobs(1))), "no error");
  await queue.close();
});

Deno.test("FileStore says in full sentences what is wrong with its folder", async () => {
  await using folder = new TempFolder();
  await Deno.writeTextFile(folder.file("file"), "");
  assertEquals(await codeOf(() => new OwnFileQueue({ path: folder.file("file") })), "NUVOM_FILE_STORE");
});

Deno.test("FileQueue.renew() writes no file of a job, and every process knows of it", async () => {
  await using folder = new TempFolder();
  const clock = new FakeClock();
  const open = () => new OwnFileQueue({ path: folder.path, clock });
  const [a, b] = [open(), open()];
  await a.enqueue(newJobs(3));
  const request = { ...REQUEST, leaseMs: 1_000, waitMs: 0 };
  const jobs = await a.lease(request);
  const files = () => filesOf(`${folder.path}/jobs`).map((name) => Deno.statSync(`${folder.path}/jobs/${name}`).ino);
  const before = files();
  await clock.advance(900);
  assertEquals(await a.renew(jobs, 1_000), { lost: [], cancelled: [] });
  assertEquals([files(), filesOf(folder.path).includes("leases.json")], [before, true]);
  await clock.advance(600);
  const late = open();
  assertEquals([await b.lease(request), await late.lease(request)], [[], []]);
  // What changes otherwise takes nothing of it back.
  await b.cancel([jobs[0]!.id]);
  await a.settle([{ id: jobs[1]!.id, token: jobs[1]!.token, action: "succeed", result: null }]);
  assertEquals((await a.renew([jobs[2]!], 2_000)).lost, []);
  await clock.advance(500);
  assertEquals(await b.lease(request), []);
  assertEquals(Object.keys(JSON.parse(Deno.readTextFileSync(`${folder.path}/leases.json`))).length, 2);
  await clock.advance(1_500);
  assertEquals((await late.lease(request)).map(({ id, losses }) => [id, losses]), [[jobs[2]!.id, 1]]);
  for (const queue of [a, b, late]) await queue.close();
});

Deno.test("FileQueue lets leases run out when a power cut has spoiled their renewals", async () => {
  await using folder = new TempFolder();
  const clock = new FakeClock();
  const queue = new OwnFileQueue({ path: folder.path, clock });
  await queue.enqueue(newJobs(1));
  const request = { ...REQUEST, leaseMs: 1_000, waitMs: 0 };
  const jobs = await queue.lease(request);
  await queue.renew(jobs, 60_000);
  await queue.close();
  await Deno.truncate(`${folder.path}/leases.json`, 9);
  const next = new OwnFileQueue({ path: folder.path, clock });
  await clock.advance(1_100);
  const [again] = await next.lease(request);
  assertEquals(again?.id, jobs[0]!.id);
  assertEquals((await next.renew([again!], 5_000)).lost, []);
  await next.close();
});

Deno.test("FileStore refuses jobs that a newer nuvom has written, and leaves them where they are", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path });
  const job = newJob();
  await queue.enqueue([job, newJob()]);
  const path = `${folder.path}/jobs/${fileNameOf(job.id)}`;
  await Deno.writeTextFile(path, (await Deno.readTextFile(path)).replace('"version": 1', '"version": 2'));
  await Deno.remove(`${folder.path}/journal`);
  assertEquals(await codeOf(() => queue.qsize()), "NUVOM_FILE_NEWER");
  assertEquals(await codeOf(() => new OwnFileQueue({ path: folder.path })), "NUVOM_FILE_NEWER");
  assertEquals(filesOf(`${folder.path}/jobs`).length, 2);
  await queue.close();
});

/** The changes of names in a folder, and which folders were opened, which is how they are synced. */
function noted<T>(folder: string, work: () => Promise<T>): Promise<string[]> {
  const steps: string[] = [];
  const { openSync, renameSync, removeSync } = Deno;
  const short = (path: string | URL) => String(path).slice(folder.length + 1).replace(/[^/]+\.[0-9a-f]{24}/, "job");
  Deno.openSync = (path, options) => {
    if (options === undefined) steps.push(`sync ${short(path) || "."}`);
    return openSync(path, options);
  };
  Deno.renameSync = (from, to) => (steps.push(`name ${short(to)}`), renameSync(from, to));
  Deno.removeSync = (path) => (steps.push(`remove ${short(path)}`), removeSync(path));
  return work().then(() => steps).finally(() => Object.assign(Deno, { openSync, renameSync, removeSync }));
}

Deno.test("FileStore syncs the folders before and after what it does together, and for each name that it gives", async () => {
  await using folder = new TempFolder();
  const queue = new OwnFileQueue({ path: folder.path });
  assertEquals(await noted(folder.path, () => queue.enqueue(newJobs(2))), [
    "name redo.json",
    "sync .",
    "name jobs/job.json",
    "name jobs/job.json",
    "sync jobs",
    "remove redo.json",
    "sync .",
  ]);
  assertEquals(await noted(folder.path, () => queue.enqueue(newJobs(1))), ["name jobs/job.json", "sync jobs"]);
  assertEquals(await noted(folder.path, () => queue.pause("mail")), ["name rest.json", "sync jobs", "sync ."]);
  await queue.close();
});
