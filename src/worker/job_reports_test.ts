import { assertEquals } from "@std/assert";
import { type JobReport, MAX_JOB_LOG, MAX_LOG_LINE } from "../core/mod.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { Rig } from "./testing.ts";

const started = () => Rig.started({}, (queue) => queue.capabilities.add("report"));

function progress(rig: Rig, id: string, value: number, note: string | null = null): void {
  rig.realm.host.note("job.progress", { id, value, note });
}

function log(rig: Rig, id: string, message: string): void {
  rig.realm.host.note("log", { level: "info", message, job: id });
}

Deno.test("Worker gathers progress and log of jobs, the latest progress and all lines", async () => {
  const rig = await started();
  await rig.put(job("a", { attempts: 2 }), job("b"));
  rig.realm.start("a", "b");
  const at = rig.clock.now();
  progress(rig, "a", 0.1);
  log(rig, "a", "one");
  await rig.clock.advance(100);
  progress(rig, "a", 0.4, "half");
  log(rig, "a", "two");
  log(rig, "nobody", "x");
  assertEquals(rig.queue.reports, []);
  await rig.clock.advance(150);
  assertEquals(rig.queue.reports, [{
    id: "a",
    token: "token-a",
    progress: { value: 0.4, note: "half", attempt: 2, at: at + 100 },
    log: [
      { at, attempt: 2, level: "info", message: "one" },
      { at: at + 100, attempt: 2, level: "info", message: "two" },
    ],
  }]);
  await rig.clock.advance(5_000);
  assertEquals(rig.queue.reports.length, 1, "nothing new, no call");
  await rig.end();
});

Deno.test("Worker reports what a job told last before it settles the job", async () => {
  const rig = await started();
  const order: string[] = [];
  const { report, settle } = rig.queue;
  rig.queue.report = (reports) => (order.push("report"), report.call(rig.queue, reports));
  rig.queue.settle = (settlements) => (order.push("settle"), settle.call(rig.queue, settlements));
  await rig.put(job("a"));
  rig.realm.start("a");
  progress(rig, "a", 1);
  rig.realm.end("a");
  await rig.clock.advance(2);
  assertEquals(order, ["report", "settle"]);
  await rig.end();
});

Deno.test("Worker lets no report fail or hold up a job", async () => {
  const rig = await started();
  const warnings = rig.events("log");
  rig.queue.failing.add("report");
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  log(rig, "a", "x");
  rig.realm.end("a");
  await rig.clock.advance(2);
  assertEquals([rig.queue.action("a"), warnings.map(({ level }) => level)], ["succeed", ["warn"]]);
  rig.queue.report = () => new Promise(() => {});
  log(rig, "b", "x");
  rig.realm.end("b");
  await rig.clock.advance(900);
  assertEquals(rig.queue.action("b"), undefined);
  await rig.clock.advance(200);
  assertEquals(rig.queue.action("b"), "succeed");
  await rig.end();
});

Deno.test("Worker keeps the last lines of a job that tells too much, and none where the queue keeps none", async () => {
  const rig = await started();
  await rig.put(job("a"));
  rig.realm.start("a");
  for (let i = 0; i < MAX_JOB_LOG + 5; i++) log(rig, "a", `${i} ${"x".repeat(MAX_LOG_LINE)}`);
  await rig.clock.advance(250);
  const lines = rig.queue.reports[0]!.log;
  assertEquals([lines.length, lines[0]!.message.slice(0, 2), lines[0]!.message.length], [
    MAX_JOB_LOG,
    "5 ",
    MAX_LOG_LINE,
  ]);
  await rig.end();
  const plain = await Rig.started();
  await plain.put(job("a"));
  plain.realm.start("a");
  log(plain, "a", "x");
  await plain.clock.advance(2_000);
  assertEquals(plain.queue.reports, []);
  await plain.end();
});

Deno.test("Worker keeps the latest of what jobs tell behind a slow report, and sends it in one when that is over", async () => {
  const rig = await started();
  const calls: JobReport[][] = [];
  let answer = Promise.withResolvers<void>();
  rig.queue.report = (reports) => (calls.push([...reports]), answer.promise);
  await rig.put(job("a"));
  rig.realm.start("a");
  progress(rig, "a", 0);
  await rig.clock.advance(250);
  for (let i = 1; i <= 300; i++) {
    progress(rig, "a", i / 1_000);
    log(rig, "a", `${i}`);
    await rig.clock.advance(250);
  }
  assertEquals(calls.length, 1);
  const first = answer;
  answer = Promise.withResolvers();
  first.resolve();
  await rig.clock.advance(250);
  answer.resolve();
  await rig.clock.advance(1_000);
  assertEquals(calls.map((reports) => reports.map(({ log, progress }) => [progress?.value, log.length])), [
    [[0, 0]],
    [[0.3, MAX_JOB_LOG]],
  ]);
  assertEquals(calls[1]![0]!.log.at(-1)!.message, "300");
  await rig.end();
});

Deno.test("Worker lets a report that hangs hold up the ends of jobs once, and keeps nothing of those", async () => {
  const rig = await started();
  let calls = 0;
  const answer = Promise.withResolvers<void>();
  rig.queue.report = () => (calls++, answer.promise);
  await rig.put(...["a", "b", "c"].map((id) => job(id)));
  rig.realm.start("a", "b", "c");
  for (const id of ["a", "b", "c"]) log(rig, id, "x");
  await rig.clock.advance(250);
  rig.realm.end("a");
  await rig.clock.advance(1_100);
  assertEquals(rig.queue.action("a"), "succeed");
  log(rig, "b", "y");
  rig.realm.end("b");
  await rig.clock.advance(10);
  assertEquals(rig.queue.action("b"), "succeed");
  answer.resolve();
  await rig.clock.advance(1_000);
  assertEquals(calls, 1, "nothing is told of a job that the store has done with");
  await rig.end();
});

Deno.test("Worker sends what very many jobs tell in several reports", async () => {
  const rig = await Rig.started({ concurrency: 250, batchSize: 250 }, (queue) => queue.capabilities.add("report"));
  const sizes: number[] = [];
  rig.queue.report = (reports) => (sizes.push(reports.length), Promise.resolve());
  const ids = Array.from({ length: 250 }, (_, index) => `job-${index}`);
  await rig.put(...ids.map((id) => job(id)));
  rig.realm.start(...ids);
  for (const id of ids) progress(rig, id, 0.5);
  await rig.clock.advance(250);
  assertEquals(sizes, [100, 100, 50]);
  await rig.end();
});
