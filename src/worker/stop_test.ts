import { assertEquals, assertRejects } from "@std/assert";
import { settleDown } from "../testing/fake_clock.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { HandRealm, Rig } from "./testing.ts";

Deno.test("Worker.stop() before start is fine, and start after it is refused", async () => {
  const rig = new Rig();
  await rig.worker.stop({ graceMs: 1_000 });
  await rig.worker.stop({ graceMs: 1_000 });
  const error = await assertRejects(() => rig.worker.start());
  assertEquals((error as { code?: string }).code, "NUVOM_WORKER_STATE");
  await rig.worker.drained();
});

Deno.test("Worker.stop() leases nothing more and gives back at once what was never started", async () => {
  const rig = await Rig.started();
  const states = [rig.events("worker.stopping"), rig.events("worker.stopped")] as const;
  await rig.put(job("a"), job("b"));
  rig.realm.start("a");
  rig.realm.drained = ["b"];
  const leases = rig.queue.leases.length;
  const stopped = rig.worker.stop({ graceMs: 30_000, reason: "SIGTERM" });
  await rig.clock.advance(2);
  assertEquals([rig.queue.action("a"), rig.queue.action("b")], [undefined, "release"]);
  rig.realm.end("a");
  await rig.clock.advance(2);
  await stopped;
  assertEquals([rig.queue.action("a"), rig.queue.leases.length], ["succeed", leases]);
  assertEquals(states, [
    [{ workerId: "w", reason: "SIGTERM" }],
    [{ workerId: "w", completed: 1, released: 1 }],
  ]);
  assertEquals([rig.realm.stopped, rig.clock.pending], [true, 0]);
});

Deno.test("Worker.stop() aborts what runs at the end of the grace time, then ends it and gives it back", async () => {
  const rig = await Rig.started();
  await rig.put(job("kind"), job("failing"), job("deaf"));
  rig.realm.start("kind", "failing", "deaf");
  const stopped = rig.worker.stop({ graceMs: 5_000 });
  await rig.clock.advance(4_900);
  assertEquals(rig.realm.aborts, []);
  await rig.clock.advance(200);
  assertEquals(rig.realm.aborts.map(({ reason }) => reason), ["shutdown", "shutdown", "shutdown"]);
  rig.realm.end("kind");
  rig.realm.end("failing", { kind: "failure", error: { name: "AbortError", message: "x" }, retryable: true });
  await rig.clock.advance(600);
  await stopped;
  assertEquals(rig.realm.killed, true);
  const actions = ["kind", "failing", "deaf"].map((id) => rig.queue.action(id));
  assertEquals(actions, ["succeed", "release", "release"]);
  assertEquals([rig.realms.length, rig.clock.pending], [1, 0], "nothing is started again");
});

Deno.test("Worker.stop() gives back all of an executor that is blocked", async () => {
  const rig = await Rig.started();
  await rig.put(job("loop"), job("next"));
  rig.realm.start("loop");
  rig.realm.responsive = false;
  const stopped = rig.worker.stop({ graceMs: 1_000 });
  await rig.clock.advance(10_000);
  await stopped;
  assertEquals([rig.queue.action("loop"), rig.queue.action("next")], ["release", "release"]);
});

Deno.test("Worker.stop() gives back jobs that a lease brings after it began", async () => {
  const rig = new Rig();
  const late = Promise.withResolvers<ReturnType<typeof job>[]>();
  rig.queue.lease = () => late.promise;
  await rig.worker.start();
  const stopped = rig.worker.stop({ graceMs: 1_000 });
  await rig.clock.advance(10);
  late.resolve([job("a")]);
  await rig.clock.advance(10);
  await stopped;
  assertEquals([rig.queue.action("a"), rig.realm.ids], ["release", []]);
});

Deno.test("Worker.stop() gives back suspects that wait for their turn", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.realm.exit();
  await settleDown();
  await rig.end();
  assertEquals([rig.queue.action("a"), rig.queue.action("b")], ["release", "release"]);
});

Deno.test("Worker.stop() while executors open ends them", async () => {
  const rig = new Rig();
  const gate = Promise.withResolvers<void>();
  rig.open = async (host, index) => {
    await gate.promise;
    return new HandRealm(host, index);
  };
  const started = rig.worker.start();
  await settleDown();
  const stopped = rig.worker.stop({ graceMs: 0 });
  await rig.clock.advance(10);
  gate.resolve();
  await rig.clock.advance(5_000);
  await Promise.all([started, stopped]);
  assertEquals([rig.realm.killed || rig.realm.stopped, rig.queue.leases.length], [true, 0]);
});

Deno.test("Worker.stop() a second time forces", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  rig.realm.start("a");
  const stopped = rig.worker.stop({ graceMs: 60_000 });
  await rig.clock.advance(1_000);
  assertEquals(rig.realm.killed, false);
  void rig.worker.stop({ graceMs: 60_000 });
  await rig.clock.advance(10);
  await stopped;
  assertEquals([rig.realm.killed, rig.queue.action("a"), rig.clock.pending], [true, "release", 0]);
});

Deno.test("Worker.kill() ends everything now and gives back what it held", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a");
  rig.worker.kill();
  assertEquals(rig.realm.killed, true);
  await rig.clock.advance(10);
  await rig.worker.drained();
  assertEquals([rig.queue.action("a"), rig.queue.action("b"), rig.clock.pending], ["release", "release", 0]);
});

Deno.test("Worker.stop() gives up on a store that fails, after a while", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  rig.queue.failing.add("settle");
  rig.realm.end("a");
  const stopped = rig.worker.stop({ graceMs: 1_000 });
  await rig.clock.advance(6_000);
  await stopped;
  assertEquals([rig.worker.inFlight, rig.clock.pending], [1, 0]);
});
