import { assertEquals } from "@std/assert";
import type { LeasedJob } from "../core/mod.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { Rig } from "./testing.ts";

const limited = (id: string, over: Partial<LeasedJob> = {}) => job(id, { timeoutMs: 1_000, ...over });

Deno.test("Worker aborts an attempt at its deadline; whatever it reports then is a timeout", async () => {
  const rig = await Rig.started();
  await rig.put(limited("a"), job("b"));
  rig.realm.start("a", "b");
  await rig.clock.advance(900);
  assertEquals(rig.realm.aborts, []);
  await rig.clock.advance(200);
  assertEquals(rig.realm.aborts, [{ id: "a", reason: "timeout" }]);
  rig.realm.end("a");
  await rig.clock.advance(2);
  const [settlement] = rig.queue.settlements;
  assertEquals(settlement!.action === "fail" && settlement!.error.code, "NUVOM_JOB_TIMEOUT");
  await rig.clock.advance(10_000);
  assertEquals([rig.realms.length, rig.worker.inFlight], [1, 1]);
  await rig.end();
});

Deno.test("Worker keeps time limits and grace when the clock of the machine is set", async () => {
  const rig = await Rig.started();
  await rig.put(limited("a", { maxAttempts: 2 }));
  rig.realm.start("a");
  rig.clock.set(rig.clock.now() + 3_600_000);
  await rig.clock.advance(900);
  assertEquals(rig.realm.aborts, [], "set forward: not before its time");
  rig.clock.set(0);
  await rig.clock.advance(200);
  assertEquals(rig.realm.aborts, [{ id: "a", reason: "timeout" }], "set back: at its time");
  await rig.clock.advance(2_000);
  const [settlement] = rig.queue.settlements;
  assertEquals(settlement?.action === "retry" && settlement.attempt.at < 100_000, true, "dates are the clock's");
  assertEquals(rig.realms.length, 2);
  await rig.end();
});

Deno.test("Worker counts the time limit from the start of the handler", async () => {
  const rig = await Rig.started();
  await rig.put(limited("a"));
  await rig.clock.advance(5_000);
  rig.realm.start("a");
  await rig.clock.advance(900);
  assertEquals(rig.realm.aborts, []);
  await rig.end();
});

Deno.test("Worker ends the executor of an attempt that ignores its signal; neighbours go back without a loss", async () => {
  const rig = await Rig.started();
  const ended = rig.events("executor.ended");
  const ends = rig.events("attempts.ended");
  await rig.put(limited("a", { maxAttempts: 2 }), job("b"), job("c"));
  rig.realm.start("a", "b");
  await rig.clock.advance(3_200);
  assertEquals(rig.realms[0]!.killed, true);
  assertEquals(rig.queue.settlements.map(({ id, action }) => [id, action]), [["a", "retry"], ["b", "release"]]);
  assertEquals(ended.map(({ reason, jobs }) => [reason, jobs.map(({ id }) => id)]), [["timeout", ["a", "b"]]]);
  assertEquals(ends.flatMap(({ ends }) => ends).map(({ outcome, next }) => [outcome.kind, next]), [
    ["timeout", "retry"],
    ["lost", "released"],
  ]);
  assertEquals(rig.realms[1]!.ids, ["c"], "what was never started moves on");
  assertEquals(rig.worker.executorsReady, 1);
  await rig.end();
});

Deno.test("Worker finds the one that blocks the loop by running the suspects alone", async () => {
  const rig = await Rig.started({ concurrency: 10 });
  await rig.put(limited("quiet"), limited("loop"), job("late"));
  rig.realm.start("quiet");
  rig.realm.start("loop");
  rig.realm.responsive = false;
  await rig.clock.advance(3_200);
  assertEquals(rig.queue.settlements, [], "nobody is blamed yet");
  rig.realm.start("late");
  assertEquals(rig.cell.ids, ["loop"], "the likeliest first, with nothing beside it");
  rig.cell.responsive = false;
  rig.cell.start("loop");
  await rig.clock.advance(3_200);
  assertEquals(rig.queue.settlements.map(({ id, action }) => [id, action]), [["loop", "fail"]]);
  assertEquals(rig.realm.ids.sort(), ["late", "quiet"], "the others are cleared");
  await rig.end();
});

Deno.test("Worker lets an attempt go on that may, and says so once", async () => {
  const rig = await Rig.started();
  const log = rig.events("log");
  await rig.put(limited("a", { timeoutPolicy: "ignore" }));
  rig.realm.start("a");
  await rig.clock.advance(10_000);
  assertEquals([rig.realm.aborts, log.length, rig.realms.length], [[], 1, 1]);
  rig.realm.end("a");
  await rig.clock.advance(2);
  assertEquals(rig.queue.action("a"), "succeed");
  await rig.end();
});

Deno.test("Worker replaces an executor that runs nothing and starts nothing", async () => {
  const rig = await Rig.started();
  await rig.put(limited("a"));
  await rig.clock.advance(20_000);
  assertEquals(rig.realms.map(({ ids }) => ids), [["a"], ["a"]]);
  assertEquals(rig.queue.settlements, []);
  await rig.end();
});

Deno.test("Worker has no timer for time limits while nothing is in its executors", async () => {
  const rig = await Rig.started();
  const idle = rig.clock.pending;
  await rig.put(limited("a"));
  rig.realm.start("a");
  rig.realm.end("a");
  await rig.clock.advance(200);
  assertEquals(rig.clock.pending, idle);
  await rig.end();
});
