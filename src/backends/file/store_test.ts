import { assert, assertEquals, assertGreaterOrEqual, assertLess, assertStringIncludes } from "@std/assert";
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
