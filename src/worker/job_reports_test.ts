import { assertEquals } from "@std/assert";
import { MAX_JOB_LOG, MAX_LOG_LINE } from "../core/mod.ts";
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
