import { assertEquals } from "@std/assert";
import type { AttemptError } from "../core/mod.ts";
import { settleDown } from "../testing/fake_clock.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { HandRealm, Rig } from "./testing.ts";

Deno.test("Worker counts a crash against the only running attempt and hands the rest to the replacement", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a");
  rig.realm.exit();
  await rig.clock.advance(150);
  const [settlement] = rig.queue.settlements;
  assertEquals([rig.queue.settlements.length, settlement?.action], [1, "retry"]);
  assertEquals(settlement!.action === "retry" && settlement!.attempt.outcome, "lost");
  assertEquals(rig.realms[1]!.ids, ["b"]);
  await rig.end();
});

Deno.test("Worker runs the suspects of a crash one at a time; innocent ones finish there", async () => {
  const rig = await Rig.started();
  const ended = rig.events("executor.ended");
  await rig.put(job("a"), job("b"), job("c"));
  rig.realm.start("a", "b", "c");
  rig.realm.exit("memory", "more than 512 MiB");
  await rig.clock.advance(150);
  const alone = rig.cell;
  assertEquals([alone.ids, rig.worker.executorsReady], [["c"], 1]);
  await rig.put(job("d"));
  assertEquals([alone.ids, rig.realm.ids], [["c"], ["d"]], "nothing beside a suspect, but all else goes on");
  alone.start("c");
  alone.end("c");
  assertEquals(alone.ids, ["c", "b"]);
  alone.start("b");
  alone.exit();
  await rig.clock.advance(300);
  assertEquals([rig.queue.action("c"), rig.queue.action("b"), rig.queue.action("a")], ["succeed", "retry", undefined]);
  assertEquals(rig.realm.ids, ["d", "a"], "what was suspected with the guilty one runs beside others");
  assertEquals([rig.realms.length, ended.length], [3, 2], "no realm waits for other suspects");
  await rig.end();
});

Deno.test("Worker ends the executor for suspects when all of them were innocent", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.realm.exit();
  await rig.clock.advance(150);
  const first = rig.cell;
  first.start("b");
  first.end("b");
  assertEquals(first.stopped, false);
  first.start("a");
  first.end("a");
  await rig.clock.advance(2);
  assertEquals([first.ids, first.stopped], [["b", "a"], true]);
  await rig.put(job("c"), job("d"));
  assertEquals(rig.realm.ids, ["c", "d"]);
  rig.realm.start("c", "d");
  rig.realm.exit();
  await rig.clock.advance(150);
  assertEquals([rig.cell === first, rig.cell.ids], [false, ["d"]], "there is another one when it is needed");
  await rig.end();
});

for (const executors of [1, 2]) {
  Deno.test(`Worker lets a suspect that runs for ten minutes hold up nobody, with executors: ${executors}`, async () => {
    const rig = await Rig.started({ executors });
    await rig.put(job("long"), job("other"), job("long-2"), job("other-2"));
    const [first] = rig.realms;
    first!.start(...first!.ids);
    first!.exit();
    await rig.clock.advance(150);
    assertEquals(rig.cell.ids.length, 1);
    rig.cell.start(rig.cell.ids[0]!);
    for (let minute = 0; minute < 10; minute++) {
      const ids = Array.from({ length: executors }, (_, index) => `${minute}-${index}`);
      await rig.put(...ids.map((id) => job(id)));
      for (const realm of rig.realms) for (const id of realm.ids.filter((id) => ids.includes(id))) realm.end(id);
      await rig.clock.advance(60_000);
      assertEquals(ids.map((id) => rig.queue.action(id)), ids.map(() => "succeed"));
    }
    rig.cell.end(rig.cell.ids[0]!);
    assertEquals(rig.cell.ids.length, 2);
    await rig.end();
  });
}

Deno.test("Worker clears only those who were suspected together with the guilty one", async () => {
  const rig = await Rig.started();
  for (const names of [["a", "b"], ["c", "d"]]) {
    await rig.put(...names.map((id) => job(id)));
    rig.realm.start(...names);
    rig.realm.exit();
    await rig.clock.advance(150);
  }
  assertEquals(rig.cell.ids, ["b"]);
  rig.cell.start("b");
  rig.cell.exit();
  await rig.clock.advance(300);
  assertEquals([rig.realm.ids, rig.cell.ids], [["a"], ["d"]]);
  await rig.end();
});

Deno.test("Worker leases nothing while more jobs wait as suspects than may run at a time", async () => {
  const rig = await Rig.started({ concurrency: 2 });
  for (const names of [["a", "b"], ["c", "d"]]) {
    await rig.put(...names.map((id) => job(id)));
    rig.realm.start(...names);
    rig.realm.exit();
    await rig.clock.advance(150);
  }
  await rig.put(job("e"));
  assertEquals([rig.cell.ids, rig.realm.ids], [["b"], []], "one runs, three wait");
  rig.cell.end("b");
  await rig.clock.advance(2);
  assertEquals(rig.realm.ids, ["e"]);
  await rig.end();
});

Deno.test("Worker fails a job for good that has ended its executor three times, also in other workers", async () => {
  const lost: AttemptError = { attempt: 1, at: 0, outcome: "lost", error: { name: "Error", message: "x" } };
  const rig = await Rig.started();
  await rig.put(job("a", { errors: [lost, lost] }));
  rig.realm.start("a");
  rig.realm.exit();
  await rig.clock.advance(150);
  const [settlement] = rig.queue.settlements;
  assertEquals(settlement?.action === "fail" && settlement.error.code, "NUVOM_JOB_POISON");
  await rig.end();
});

Deno.test("Worker counts losses itself where the store keeps no errors", async () => {
  const rig = await Rig.started();
  for (let loss = 1; loss <= 3; loss++) {
    await rig.put(job("a", { token: `${loss}` }));
    rig.realm.start("a");
    rig.realm.exit();
    await rig.clock.advance(1_000);
  }
  assertEquals(rig.queue.settlements.map(({ action }) => action), ["retry", "retry", "fail"]);
  await rig.end();
});

Deno.test("Worker reopens executors with a growing pause while they can't be opened", async () => {
  const rig = await Rig.started();
  const opened: number[] = [];
  const from = rig.clock.now();
  rig.open = () => {
    opened.push(rig.clock.now() - from);
    return Promise.reject(new Error("no memory"));
  };
  const log = rig.events("log");
  rig.realm.exit();
  await rig.clock.advance(1_600);
  assertEquals(opened, [100, 300, 700, 1_500]);
  assertEquals([log.length, rig.worker.executorsReady], [4, 0]);
  rig.open = (host, index) => Promise.resolve(new HandRealm(host, index));
  rig.queue.put(job("a"));
  await rig.clock.advance(2_000);
  assertEquals(rig.realm.ids, ["a"]);
  await rig.end();
});

Deno.test("Worker hears nothing more from a realm that was replaced", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"));
  const old = rig.realm;
  old.exit();
  await rig.clock.advance(150);
  old.end("a");
  await rig.clock.advance(2);
  assertEquals(rig.queue.settlements, []);
  rig.realm.end("a");
  await rig.clock.advance(2);
  assertEquals(rig.queue.action("a"), "succeed");
  await rig.end();
});

Deno.test("Worker drops an attempt without a lease when its executor dies", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.queue.lost = ["a"];
  await rig.clock.advance(2_000);
  rig.realm.exit();
  await rig.clock.advance(150);
  assertEquals([rig.queue.settlements, rig.cell.ids], [[], ["b"]]);
  await settleDown();
  await rig.end();
});

Deno.test("Worker does not run a suspect whose lease was lost while another one was found guilty", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.realm.exit();
  await rig.clock.advance(150);
  assertEquals(rig.cell.ids, ["b"]);
  rig.cell.start("b");
  rig.queue.lost = ["a"];
  await rig.clock.advance(2_000);
  rig.cell.exit();
  await rig.clock.advance(300);
  assertEquals([rig.queue.action("b"), rig.realm.ids, rig.cell.ids], ["retry", [], ["b"]]);
  await rig.end();
});

Deno.test("Worker cancels a suspect that waits for its turn, and forgets one whose lease was lost", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"), job("c"), job("d"));
  rig.realm.start("a", "b", "c", "d");
  rig.realm.exit();
  await rig.clock.advance(150);
  assertEquals(rig.cell.ids, ["d"]);
  rig.cell.start("d");
  [rig.queue.cancelled, rig.queue.lost] = [["a"], ["b"]];
  await rig.clock.advance(2_000);
  assertEquals(rig.queue.settlements.map(({ id, action }) => [id, action]), [["a", "cancel"]]);
  rig.cell.end("d");
  assertEquals(rig.cell.ids, ["d", "c"]);
  rig.cell.end("c");
  await rig.put(job("b", { token: "newer" }));
  assertEquals(rig.realm.ids, ["b"], "it may run again");
  await rig.end();
});

Deno.test("Worker ends a job that was cancelled before it began when its executor dies, and runs it nowhere", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"), job("c"));
  rig.realm.start("a");
  rig.queue.cancelled = ["b"];
  await rig.clock.advance(1_100);
  assertEquals(rig.realm.aborts, [{ id: "b", reason: "cancelled" }]);
  rig.realm.exit();
  await rig.clock.advance(150);
  assertEquals(rig.queue.settlements.map(({ id, action }) => [id, action]), [["a", "retry"], ["b", "cancel"]]);
  assertEquals(rig.realm.ids, ["c"]);
  await rig.end();
});

Deno.test("Worker fails only the job that is alone at three deaths, whatever ran beside it", async () => {
  const rig = await Rig.started();
  const neighbours = ["x", "y"];
  await rig.put(job("bad", { maxAttempts: 1 }), ...neighbours.map((id) => job(id)));
  for (let loss = 1; loss <= 3; loss++) {
    rig.realm.start("bad", ...(loss === 1 ? neighbours : []));
    rig.realm.exit("crashed", "exit code 70");
    await rig.clock.advance(400);
    while (rig.cell.ids.at(-1) !== "bad") {
      const id = rig.cell.ids.at(-1)!;
      rig.cell.start(id);
      rig.cell.end(id);
      assertEquals(rig.cell.stopped, false, "the guilty one never ran alone");
    }
    rig.cell.start("bad");
    rig.cell.exit("crashed", "exit code 70");
    await rig.clock.advance(150);
    for (const id of rig.realm.ids) rig.realm.end(id);
    await rig.clock.advance(250);
    const settled = rig.queue.settlements.filter(({ id }) => id === "bad").map(({ action }) => action);
    assertEquals(settled.length, loss);
    if (loss < 3) await rig.put(job("bad", { token: `${loss}`, attempts: loss + 1 }), job(`beside-${loss}`));
    if (loss < 3) rig.realm.start(`beside-${loss}`);
  }
  const last = rig.queue.settlements.findLast(({ id }) => id === "bad")!;
  assertEquals(last.action === "fail" && last.error.code, "NUVOM_JOB_POISON");
  const others = rig.queue.settlements.filter(({ id }) => id !== "bad").map(({ action }) => action);
  assertEquals(new Set(others), new Set(["succeed"]), "no neighbour lost anything");
  await rig.end();
});

Deno.test("Worker leaves a suspect in its executor that is slow to begin", async () => {
  const rig = await Rig.started();
  await rig.put(job("a"), job("b"));
  rig.realm.start("a", "b");
  rig.realm.exit();
  await rig.clock.advance(150);
  rig.cell.begun = 0;
  await rig.clock.advance(2_000);
  assertEquals([rig.cell.ids, rig.cell.recalls, rig.queue.settlements], [["b"], 0, []]);
  rig.cell.start("b");
  rig.cell.end("b");
  assertEquals(rig.cell.ids, ["b", "a"]);
  await rig.end();
});
