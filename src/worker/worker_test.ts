import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError, type Outcome } from "../core/mod.ts";
import { settleDown } from "../testing/fake_clock.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { HandRealm, Rig } from "./testing.ts";

const failure: Outcome = { kind: "failure", error: { name: "Error", message: "boom" }, retryable: true };

Deno.test("Worker.start() loads the executors with the concurrency and leases what there is room for", async () => {
  const rig = new Rig({ executors: 2, concurrency: 4, queues: ["a"] });
  const started = rig.events("worker.started");
  await rig.worker.start();
  await settleDown();
  assertEquals(started, [{ workerId: "w", executors: 2, concurrency: 4 }]);
  assertEquals(rig.realms.map(({ loadParams }) => loadParams), [{ entries: [], concurrency: 4 }, {
    entries: [],
    concurrency: 4,
  }]);
  const { signal: _, ...request } = rig.queue.leases[0]!;
  assertEquals(request, { limit: 8, leaseMs: 6_000, queues: ["a"], waitMs: 1_000, workerId: "w" });
  assertEquals(rig.worker.executorsReady, 2);
  await rig.end();
});

Deno.test("Worker.start() rejects with the first error and leaves nothing behind", async () => {
  const rig = new Rig({ executors: 3 });
  rig.open = (host, index) =>
    index === 1 ? Promise.reject(new Error("no such module")) : Promise.resolve(new HandRealm(host, index));
  await assertRejects(() => rig.worker.start(), Error, "no such module");
  assertEquals(rig.realms.map(({ killed }) => killed), [true, true]);
  assertEquals(rig.queue.leases, []);
  await rig.clock.advance(10_000);
  assertEquals([rig.realms.length, rig.clock.pending], [2, 0]);
});

Deno.test("Worker.start() rejects when an executor ends while it loads", async () => {
  const rig = new Rig();
  rig.open = (host, index) => {
    const realm = new HandRealm(host, index);
    realm.call = () => new Promise(() => {});
    queueMicrotask(() => realm.exit("crashed", "exit code 5"));
    return Promise.resolve(realm);
  };
  await assertRejects(() => rig.worker.start(), Error, "exit code 5");
  await rig.end();
});

Deno.test("Worker waits between attempts as the task of the executor says", async () => {
  const rig = new Rig();
  const usual = { jitter: 0, capMs: null };
  rig.open = (host, index) => {
    const realm = new HandRealm(host, index);
    realm.tasks = [
      { name: "list", backoff: { ...usual, kind: "list", delaysMs: [70] } },
      { name: "odd", backoff: { ...usual, kind: "list", delaysMs: [] } },
      { name: "own", backoff: { ...usual, kind: "function" } },
      null,
    ];
    return Promise.resolve(realm);
  };
  await rig.worker.start();
  await rig.put(...["list", "odd", "own"].map((task) => job(task, { task, maxAttempts: 3 })));
  rig.realm.report([], [
    ["list", failure, 1],
    ["odd", failure, 1],
    ["own", { ...failure, retryInMs: 4_321 } as Outcome, 1],
  ]);
  await rig.clock.advance(2);
  const delays = rig.queue.settlements.map((settlement) => settlement.action === "retry" && settlement.delayMs);
  assertEquals(delays, [70, 1_000, 4_321]);
  await rig.end();
});

Deno.test("Worker tells how long an attempt has waited: by the store until its lease, by itself until its start", async () => {
  const rig = await Rig.started();
  const started = rig.events("attempts.started");
  await rig.put(job("a", { runAt: 2_000, startedAt: 2_700 }), job("b", { runAt: 2_000, startedAt: 1_000 }));
  await rig.clock.advance(30);
  rig.realms[0]!.start("a", "b");
  // The clock of a store may go back.
  assertEquals(started[0]!.waitedMs, [730, 30]);
  await rig.end();
});

Deno.test("Worker shares jobs out by load and settles their outcomes in one batch", async () => {
  const rig = await Rig.started({ executors: 2 });
  const started = rig.events("attempts.started");
  const ended = rig.events("attempts.ended");
  await rig.put(job("a"), job("b"), job("c"), job("d"));
  assertEquals(rig.realms.map(({ ids }) => ids), [["a", "c"], ["b", "d"]]);
  assertEquals(rig.realms[0]!.orders[0], ["a", "t", 1, "[]"]);
  assertEquals(rig.worker.inFlight, 4);
  rig.realms[0]!.start("a", "c");
  rig.realms[0]!.report([], [["a", { kind: "success", result: "1" }, 12], ["c", failure, 3]]);
  rig.realms[1]!.end("b", { kind: "snoozed", delayMs: 5 });
  await rig.clock.advance(2);
  assertEquals(rig.queue.settleCalls, [3]);
  assertEquals(rig.queue.settlements.map(({ action }) => action), ["succeed", "fail", "snooze"]);
  assertEquals(started.map(({ jobs }) => jobs.map(({ id }) => id)), [["a", "c"]]);
  assertEquals(ended[0]!.ends.map(({ job, next, durationMs }) => [job.id, next, durationMs]), [
    ["a", "done", 12],
    ["c", "failed", 3],
    ["b", "snoozed", 1_000],
  ]);
  assertEquals(rig.worker.inFlight, 1);
  await rig.end();
});

Deno.test("Worker tells the store how long handlers ran, whether they or their executor ended", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b", { timeoutPolicy: "fail", timeoutMs: 100 }), job("unstarted"));
  await rig.clock.advance(250);
  rig.realm.start("a", "b");
  rig.realm.end("a", undefined, 12);
  await rig.clock.advance(3_000);
  const ran = (id: string) => {
    const settlement = rig.queue.settlements.find((settlement) => settlement.id === id)!;
    return "ranMs" in settlement ? settlement.ranMs : settlement.action;
  };
  assertEquals([ran("a"), (ran("b") as number) > 2_000 && (ran("b") as number) < 2_400], [12, true]);
  await rig.end();
});

Deno.test("Worker gives jobs back while it can't open any executor", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.open = () => Promise.reject(new Error("no folder"));
  rig.realm.exit();
  await rig.clock.advance(1_000);
  assertEquals(rig.queue.settlements.map(({ id, action }) => [id, action]), [["a", "release"], ["b", "release"]]);
  await rig.end();
});

Deno.test("Worker fetches ahead of quick jobs only", async () => {
  const jobs = (prefix: string) => Array.from({ length: 40 }, (_, i) => job(`${prefix}${i}`));
  const slow = await Rig.started({ batchSize: 20 });
  await slow.put(...jobs("s"));
  assertEquals(slow.realm.ids.length, 4);
  slow.realm.start("s0");
  slow.realm.end("s0", undefined, 5_000);
  await slow.clock.advance(2);
  assertEquals(slow.realm.ids.length, 5);
  await slow.end();
  const quick = await Rig.started({ batchSize: 20 });
  await quick.put(...jobs("q"));
  quick.realm.start("q0");
  quick.realm.end("q0", undefined, 0.1);
  await quick.clock.advance(2);
  assertEquals(quick.realm.ids.length, 40);
  await quick.end();
});

Deno.test("Worker writes results first when they have a store of their own", async () => {
  const order: string[] = [];
  const rig = await Rig.started({
    results: {
      setMany: (jobs) => {
        order.push(...jobs.map(({ id, state, result, error }) => `${id} ${state} ${result} ${error?.message}`));
        return Promise.resolve();
      },
    },
  });
  const settle = rig.queue.settle.bind(rig.queue);
  rig.queue.settle = (settlements) => {
    order.push("settle");
    return settle(settlements);
  };
  await rig.put(job("a"), job("b"), job("c", { maxAttempts: 2 }));
  rig.realm.report([], [["a", { kind: "success", result: "5" }, 1], ["b", failure, 1], ["c", failure, 1]]);
  await rig.clock.advance(2);
  assertEquals(order, ["a SUCCESS 5 undefined", "b FAILED null boom", "settle"]);
  await rig.end();
});

Deno.test("Worker does not believe an executor what can't be", async () => {
  const rig = await Rig.started({ executors: 2 });
  await rig.put(job("a"), job("b"));
  rig.realms[1]!.end("a");
  rig.realms[1]!.host.note("executor.report", null);
  rig.realms[1]!.host.note("executor.report", { started: [7, null], ended: [null, ["b"], 5] });
  await rig.clock.advance(2);
  const [settlement] = rig.queue.settlements;
  assertEquals(rig.queue.settlements.length, 1);
  assertEquals(settlement!.action === "fail" && settlement!.error.code, "NUVOM_EXECUTOR_REPORT");
  await assertRejects(
    () => rig.realm.host.call("constructor", {}, { signal: new AbortController().signal }),
    Error,
    "no method",
  );
  await rig.end();
});

Deno.test("Worker puts the original places into stacks, also of causes, and has the error explained", async () => {
  const rig = await Rig.started({
    mapStack: (stack) => stack.replace("/run/1.js", "/tasks.ts"),
    explain: (task, error) => ({ ...error, message: `${task}: ${error.stack}` }),
  });
  await rig.put(job("a"));
  const cause = { name: "Error", message: "why", stack: "at /run/1.js:2" };
  const error = { name: "Error", message: "boom", stack: "at /run/1.js:1", cause };
  rig.realm.end("a", { kind: "failure", error, retryable: true });
  await rig.clock.advance(2);
  const [settlement] = rig.queue.settlements;
  const kept = settlement?.action === "fail" ? settlement.error : null;
  assertEquals([kept?.stack, kept?.cause?.stack], ["at /tasks.ts:1", "at /tasks.ts:2"]);
  assertEquals(kept?.message, "t: at /tasks.ts:1");
  await rig.end();
});

Deno.test("Worker keeps outcomes while settle fails, leases nothing meanwhile, and loses none", async () => {
  const rig = await Rig.started();
  const failing = rig.events("queue.failing");
  await rig.put(job("a"), job("b"));
  rig.queue.failing.add("settle");
  rig.realm.report([], [["a", { kind: "success", result: "1" }, 1], ["b", { kind: "success", result: "2" }, 1]]);
  await rig.clock.advance(1_000);
  const leases = rig.queue.leases.length;
  await rig.clock.advance(9_000);
  assertEquals(rig.queue.leases.length <= leases + 1, true);
  assertEquals(failing.slice(0, 4).map(({ retryInMs }) => retryInMs), [100, 200, 400, 800]);
  assertEquals(rig.worker.inFlight, 2);
  assertEquals(rig.queue.renewals.flat().includes("a"), true);
  rig.queue.failing.clear();
  await rig.clock.advance(10_000);
  assertEquals(rig.queue.settlements.map(({ id }) => id).sort(), ["a", "b"]);
  assertEquals(rig.worker.inFlight, 0);
  await rig.end();
});

Deno.test("Worker leases again after an outage that only one end waited for", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  rig.queue.failing.add("settle");
  rig.realm.end("a");
  await rig.clock.advance(5_000);
  rig.queue.failing.clear();
  await rig.clock.advance(10_000);
  // Nothing else wakes the one that leases.
  await rig.put(job("b"));
  assertEquals([rig.queue.action("a"), rig.worker.inFlight], ["succeed", 1]);
  await rig.end();
});

const done: Outcome = { kind: "success", result: null };

/** Runs one more job that the store takes; answers whether it was leased. */
async function runGood(rig: Rig, id: string, waitMs = 200): Promise<boolean> {
  await rig.put(job(id));
  await rig.clock.advance(10);
  const leased = rig.realm.ids.includes(id);
  rig.realm.end(id);
  await rig.clock.advance(waitMs);
  return leased && rig.queue.action(id) === "succeed";
}

Deno.test("Worker settles all others when the store refuses one, which is taken later", async () => {
  const rig = await Rig.started({ concurrency: 10 });
  const ids = ["a", "b", "c", "d", "e"];
  await rig.put(...ids.map((id) => job(id)));
  rig.queue.refused.add("c");
  rig.realm.report([], ids.map((id) => [id, done, 1]));
  await rig.clock.advance(600);
  assertEquals(rig.queue.settlements.map(({ id }) => id).sort(), ["a", "b", "d", "e"]);
  rig.queue.refused.clear();
  await rig.clock.advance(1_000);
  assertEquals(rig.queue.action("c"), "succeed");
  await rig.end();
});

Deno.test("Worker gives up an end that the store refuses for good, says so, and works on meanwhile", async () => {
  const rig = await Rig.started();
  const log = rig.events("log");
  rig.queue.refused.add("bad");
  await rig.put(job("bad"));
  rig.realm.end("bad");
  await rig.clock.advance(50);
  for (const id of ["one", "two", "three"]) assertEquals(await runGood(rig, id), true, id);
  await rig.clock.advance(6_000);
  assertEquals(log.map(({ level, fields }) => [level, fields?.code, fields?.id]), [[
    "error",
    "NUVOM_END_REFUSED",
    "bad",
  ]]);
  assertStringIncludes(
    log[0]!.message,
    'refuses to succeed the job bad of the task "t", while it takes others: refused.',
  );
  assertEquals([rig.queue.action("bad"), rig.worker.inFlight], [undefined, 0]);
  rig.queue.renewals.length = 0;
  await rig.clock.advance(6_000);
  assertEquals(rig.queue.renewals, [], "its lease runs out");
  await rig.end();
});

Deno.test("Worker gives up several refused ends, also when they are all it has", async () => {
  const rig = await Rig.started();
  const log = rig.events("log");
  for (const id of ["x", "y"]) rig.queue.refused.add(id);
  await rig.put(job("x"), job("y"));
  rig.realm.report([], [["x", done, 1], ["y", done, 1]]);
  await rig.clock.advance(500);
  assertEquals(await runGood(rig, "good", 1_000), true);
  await rig.clock.advance(6_000);
  assertEquals(log.map(({ fields }) => fields?.id).sort(), ["x", "y"]);
  await rig.end();
});

Deno.test("Worker keeps outcomes for as long as the store is down, and leases one job at a time to see", async () => {
  const rig = await Rig.started();
  const log = rig.events("log");
  for (const call of ["settle", "renew"] as const) rig.queue.failing.add(call);
  await rig.put(job("a"));
  rig.realm.end("a");
  await rig.clock.advance(1_000);
  await rig.put(...["b", "c", "d"].map((id) => job(id)));
  rig.realm.start("b");
  await rig.clock.advance(4_000);
  assertEquals(rig.realm.ids, ["a", "b"]);
  rig.realm.end("b");
  rig.queue.failing.add("lease");
  await rig.clock.advance(1_200_000);
  assertEquals([rig.queue.settlements, log.length], [[], 0]);
  rig.queue.failing.clear();
  await rig.clock.advance(10_000);
  assertEquals([rig.queue.action("a"), rig.queue.action("b"), log.length], ["succeed", "succeed", 0]);
  await rig.end();
});

Deno.test("Worker gives up a refused end also when it has no other, once renewals show that the store works", async () => {
  const rig = await Rig.started();
  const log = rig.events("log");
  rig.queue.refused.add("bad");
  await rig.put(job("bad"));
  rig.realm.end("bad");
  await rig.clock.advance(60_000);
  assertEquals(log, [], "it may be all ends that fail");
  await rig.clock.advance(540_000);
  assertEquals([log.map(({ fields }) => fields?.code), rig.worker.inFlight], [["NUVOM_END_REFUSED"], 0]);
  await rig.end();
});

Deno.test("Worker keeps outcomes while the results are down, though the queue works", async () => {
  let down = true;
  const results = { setMany: () => down ? Promise.reject(new Error("no results")) : Promise.resolve() };
  const rig = await Rig.started({ results });
  const log = rig.events("log");
  await rig.put(job("a"));
  rig.realm.end("a");
  await rig.clock.advance(600_000);
  assertEquals([rig.queue.settlements, log.length], [[], 0]);
  down = false;
  await rig.clock.advance(10_000);
  assertEquals(rig.queue.action("a"), "succeed");
  await rig.end();
});

Deno.test("Worker gives up an end that results of their own refuse for good, once they show that they can be read", async () => {
  const results = {
    setMany: () => Promise.reject(new Error("too large")),
    getFull: () => Promise.resolve(null),
  };
  const rig = await Rig.started({ results });
  const log = rig.events("log");
  await rig.put(job("a"));
  rig.realm.end("a");
  await rig.clock.advance(60_000);
  assertEquals(log, [], "they may be full");
  await rig.clock.advance(540_000);
  assertEquals([log.map(({ fields }) => fields?.code), rig.worker.inFlight], [["NUVOM_END_REFUSED"], 0]);
  await rig.end();
});

Deno.test("Worker backs off while lease fails and goes on by itself", async () => {
  const rig = new Rig();
  const failing = rig.events("queue.failing");
  rig.queue.failing.add("lease");
  await rig.worker.start();
  await rig.clock.advance(650);
  assertEquals(failing.map(({ retryInMs }) => retryInMs), [100, 200, 400]);
  rig.queue.failing.clear();
  rig.queue.put(job("a"));
  await rig.clock.advance(100);
  assertEquals(rig.realm.ids, ["a"]);
  await rig.end();
});

Deno.test("Worker does not ask a backend without end that answers at once", async () => {
  const rig = new Rig();
  let asked = 0;
  rig.queue.lease = () => {
    asked++;
    return Promise.resolve([]);
  };
  await rig.worker.start();
  await rig.clock.advance(10_000);
  assertEquals(asked < 60, true, `asked ${asked} times`);
  await rig.end();
});

Deno.test("Worker renews the leases of all that is in flight every third of a lease", async () => {
  const rig = await Rig.started({ concurrency: 1 }, (queue) => queue.capabilities.delete("cancel"));
  await rig.put(job("a"), job("b"));
  rig.realm.start("a");
  await rig.clock.advance(6_000);
  assertEquals(rig.queue.renewals, [["a"], ["a"], ["a"]]);
  await rig.end();
});

Deno.test("Worker asks every second whose cancel was asked for, and aborts them", async () => {
  const rig = await Rig.started({ leaseMs: 60_000 });
  await rig.put(job("a"));
  rig.realm.start("a");
  await rig.clock.advance(2_500);
  assertEquals(rig.queue.renewals.length, 2);
  rig.queue.cancelled = ["a"];
  await rig.clock.advance(600);
  assertEquals(rig.realm.aborts, [{ id: "a", reason: "cancelled" }]);
  await rig.end();
});

Deno.test("Worker goes on renewing after a failure, sooner", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  rig.queue.failing.add("renew");
  await rig.clock.advance(1_050);
  rig.queue.failing.clear();
  await rig.clock.advance(100);
  assertEquals(rig.queue.renewals.length, 2);
  await rig.end();
});

Deno.test("Worker aborts an attempt whose lease was lost and drops what it reports", async () => {
  const rig = await Rig.started();
  const lost = rig.events("leases.lost");
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.queue.lost = ["a"];
  await rig.clock.advance(2_000);
  assertEquals(rig.realm.aborts, [{ id: "a", reason: "lease lost" }]);
  assertEquals([rig.worker.inFlight, lost], [1, [{ ids: ["a"] }]]);
  rig.realm.end("a");
  rig.realm.end("b");
  await rig.clock.advance(2);
  assertEquals(rig.queue.settlements.map(({ id }) => id), ["b"]);
  await rig.end();
});

Deno.test("Worker puts a job off that comes back while its older attempt still runs", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  rig.realm.start("a");
  await rig.put(job("a", { token: "newer" }));
  await rig.clock.advance(2);
  const [settlement] = rig.queue.settlements;
  assertEquals([settlement?.action, settlement?.token], ["snooze", "newer"]);
  assertEquals(rig.realm.aborts, [{ id: "a", reason: "lease lost" }]);
  rig.realm.end("a");
  await rig.put(job("a", { token: "newest" }));
  await rig.clock.advance(2);
  assertEquals([rig.realm.ids, rig.queue.settlements.length], [["a", "a"], 1]);
  await rig.end();
});

Deno.test("Worker publishes a stale settlement as stale", async () => {
  const rig = await Rig.started();
  const ended = rig.events("attempts.ended");
  const lost = rig.events("leases.lost");
  await rig.put(job("a"));
  rig.queue.stale.add("a");
  rig.realm.end("a");
  await rig.clock.advance(2);
  assertEquals([ended[0]!.ends[0]!.next, lost], ["stale", [{ ids: ["a"] }]]);
  await rig.end();
});

Deno.test("Worker cancels a running job when it ends, and one that waits at once", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a");
  rig.queue.cancelled = ["a", "b"];
  await rig.clock.advance(2_000);
  assertEquals(rig.realm.aborts, [{ id: "a", reason: "cancelled" }, { id: "b", reason: "cancelled" }]);
  rig.realm.end("b", failure);
  rig.realm.end("a");
  await rig.clock.advance(2);
  assertEquals([rig.queue.action("a"), rig.queue.action("b")], ["cancel", "cancel"]);
  await rig.end();
});

Deno.test("Worker ends the executor of a cancelled job that goes on after the grace time", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.queue.cancelled = ["a"];
  await rig.clock.advance(4_500);
  assertEquals([rig.queue.action("a"), rig.queue.action("b")], ["cancel", "release"]);
  await rig.end();
});

Deno.test("Worker.drained() waits for what runs, is leased by others or is due for a retry, not for the future", async () => {
  const rig = await Rig.started();
  let drained = false;
  rig.queue.scheduled = 3;
  rig.queue.retrying = 1;
  await rig.put(job("a"));
  rig.worker.drained().then(() => drained = true);
  await rig.clock.advance(1_000);
  assertEquals(drained, false);
  rig.realm.end("a");
  await rig.clock.advance(1_000);
  assertEquals(drained, false);
  rig.queue.retrying = 0;
  rig.queue.running = 1;
  await rig.clock.advance(1_000);
  assertEquals(drained, false);
  rig.queue.running = 0;
  await rig.clock.advance(200);
  assertEquals(drained, true);
  await rig.end();
});

Deno.test("Worker.drained() asks qsize() where there are no counts", async () => {
  const rig = await Rig.started();
  rig.queue.capabilities.clear();
  rig.queue.scheduled = 1;
  rig.queue.running = 5;
  let drained = false;
  rig.worker.drained().then(() => drained = true);
  await rig.clock.advance(1_000);
  assertEquals(drained, false);
  rig.queue.scheduled = 0;
  // The lease that is under way may still hand something out.
  await rig.clock.advance(200);
  assertEquals(drained, false);
  await rig.clock.advance(1_000);
  assertEquals(drained, true);
  await rig.end();
});

Deno.test("Worker.drained() rejects when the plugin of the queue is given up, also while something is not settled yet", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  const drained = assertRejects(() => rig.worker.drained(), NuvomError, "too often");
  rig.bus.emit("queue.failing", { error: { name: "Error", message: "not yet" }, retryInMs: 5 });
  await rig.clock.advance(1_000);
  rig.bus.emit("queue.failing", {
    error: { name: "NuvomError", message: "It crashed too often.", code: "NUVOM_PLUGIN_FAILED" },
    retryInMs: 5,
  });
  assertEquals((await drained).code, "NUVOM_PLUGIN_FAILED");
  assertEquals(rig.worker.inFlight, 1);
  await rig.end();
});

Deno.test("Worker splits long arguments among messages, for each has a largest size", async () => {
  const rig = await Rig.started({ concurrency: 10 });
  const long = JSON.stringify(["x".repeat(3 * 1024 * 1024)]);
  await rig.put(...["a", "b", "c", "d", "e"].map((id) => job(id, { args: long })));
  assertEquals([rig.realm.ids, rig.realm.messages], [["a", "b", "c", "d", "e"], [2, 2, 1]]);
  await rig.end();
});

Deno.test("Worker moves jobs that a blocked executor has not begun to another one", async () => {
  const rig = await Rig.started({ executors: 2 });
  await rig.put(job("slow"), job("a"), job("b"), job("c"));
  const [blocked, free] = rig.realms;
  assertEquals([blocked!.ids, free!.ids], [["slow", "b"], ["a", "c"]]);
  blocked!.start("slow");
  free!.start("a", "c");
  blocked!.responsive = false;
  blocked!.begun = 1;
  await rig.clock.advance(450);
  assertEquals([blocked!.recalls, free!.recalls, free!.ids], [1, 0, ["a", "c", "b"]]);
  free!.start("b");
  assertEquals(rig.queue.settlements, []);
  await rig.put(job("d"));
  assertEquals([blocked!.ids, free!.ids.length], [["slow", "b"], 4], "it gets no more while it is blocked");
  for (const id of ["a", "b", "c", "d"]) free!.end(id);
  blocked!.responsive = true;
  blocked!.end("slow");
  await rig.put(job("e"), job("f"));
  assertEquals(blocked!.ids.slice(2).length > 0, true, "it gets jobs again");
  await rig.end();
});

Deno.test("Worker gives jobs back that its only executor does not begin, at no cost", async () => {
  const rig = await Rig.started();
  await rig.put(job("slow"), job("a"), job("b"));
  rig.realm.start("slow");
  rig.realm.responsive = false;
  rig.realm.begun = 2;
  await rig.clock.advance(450);
  assertEquals(rig.queue.settlements.map(({ id, action }) => [id, action]), [["b", "release"]]);
  assertEquals(rig.worker.inFlight, 2, "the start of the second is only not heard of yet");
  const leases = rig.queue.leases.length;
  await rig.clock.advance(5_000);
  assertEquals(rig.queue.leases.length <= leases + 1, true, "nothing is leased meanwhile");
  rig.realm.responsive = true;
  rig.realm.report(["a"], [["slow", { kind: "success", result: null }, 1]]);
  await rig.put(job("c"));
  assertEquals(rig.realm.ids, ["slow", "a", "b", "c"]);
  await rig.end();
});

Deno.test("Worker takes back what waits behind long jobs that do not block, and sends nothing there until one has ended", async () => {
  const rig = await Rig.started({ concurrency: 2, batchSize: 10 });
  await rig.put(job("quick"));
  rig.realm.start("quick");
  rig.realm.end("quick", undefined, 1);
  await rig.put(job("x"), job("y"), job("z"));
  rig.realm.start("x", "y");
  rig.realm.begun = 3;
  await rig.clock.advance(450);
  assertEquals([rig.queue.action("z"), rig.realm.recalls], ["release", 1]);
  await rig.put(job("w"));
  await rig.clock.advance(1_000);
  assertEquals(rig.realm.ids.includes("w"), false);
  rig.realm.end("x");
  await rig.clock.advance(10);
  assertEquals(rig.realm.ids.includes("w"), true);
  await rig.end();
});

Deno.test("Worker replaces an executor whose loop stays blocked when nothing runs in it any more", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  rig.realm.responsive = false;
  rig.realm.begun = 0;
  await rig.clock.advance(16_000);
  assertEquals([rig.realms[0]!.killed, rig.realms.length], [true, 2]);
  assertEquals(rig.queue.action("a"), "release");
  await rig.end();
});
