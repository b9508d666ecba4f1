import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Discard, jobContext, Snooze, task } from "../../sdk/mod.ts";
import { MAX_PAYLOAD, NuvomError, type Outcome } from "../../core/mod.ts";
import type { AttemptOrder, AttemptReport, DiscoveredTask } from "../protocol.ts";
import { packNote } from "../packed_notes.ts";
import { StartGate } from "../start_gate.ts";
import { executorRole } from "./executor_role.ts";

type Report = { started: string[]; ended: AttemptReport[] };

/** An executor over modules that are plain objects, and everything it says. */
class Rig {
  readonly reports: Report[] = [];
  readonly notes: [string, unknown][] = [];
  readonly calls: [string, unknown][] = [];
  /** Characters of all that was told. */
  readonly sizes: number[] = [];
  readonly gate = new StartGate();
  readonly #role = executorRole({
    call: <T>(method: string, params: unknown) => {
      this.calls.push([method, params]);
      return Promise.resolve((method === "client.enqueue" ? ["id-1"] : null) as T);
    },
    note: (method, params) => {
      this.sizes.push(JSON.stringify(packNote(method, params)).length);
      if (method === "executor.report") this.reports.push(params as Report);
      else this.notes.push([method, params]);
    },
    importModule: (file) => Promise.resolve(this.modules[file]!).then((load) => load()),
    gate: this.gate,
  });
  readonly modules: Record<string, () => Record<string, unknown>>;

  constructor(modules: Record<string, () => Record<string, unknown>>) {
    this.modules = modules;
  }

  static async of(exports: Record<string, unknown>, concurrency = 10): Promise<Rig> {
    const rig = new Rig({ "file:///tasks.js": () => exports });
    await rig.load(concurrency);
    return rig;
  }

  load(concurrency = 10): Promise<DiscoveredTask[]> {
    const entries = Object.keys(this.modules).map((file) => ({ file, source: file.replace(".js", ".ts") }));
    return this.call("executor.load", { entries, concurrency }) as Promise<DiscoveredTask[]>;
  }

  async call(method: string, params: unknown): Promise<unknown> {
    return await this.#role.calls.get(method)!(params as never, { signal: new AbortController().signal });
  }

  note(method: string, params: unknown): void {
    this.#role.notes.get(method)!(params as never);
  }

  run(...orders: AttemptOrder[]): void {
    this.note("executor.run", orders);
  }

  get ended(): Map<string, Outcome> {
    return new Map(this.reports.flatMap(({ ended }) => ended.map(([id, outcome]) => [id, outcome] as const)));
  }

  get started(): string[] {
    return this.reports.flatMap(({ started }) => started);
  }

  /** Resolves when handlers that may be called have been: each has a microtask of its own. */
  async begun(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async until(count: number): Promise<Map<string, Outcome>> {
    while (this.ended.size < count) await new Promise((resolve) => setTimeout(resolve, 1));
    return this.ended;
  }

  /** Runs one job of the task `t` to its end. */
  async outcome(handler: (...args: never[]) => unknown, args = "[]"): Promise<Outcome> {
    this.modules["file:///tasks.js"] = () => ({ t: task({ name: "t" }, handler as () => unknown) });
    await this.load();
    this.run(["x", "t", 1, args]);
    return (await this.until(1)).get("x")!;
  }
}

const outcomeOf = (handler: (...args: never[]) => unknown, args?: string) => new Rig({}).outcome(handler, args);

Deno.test("executor.load answers every exported task once, with its module", async () => {
  const add = task({ name: "add", retries: 2 }, (a: number, b: number) => a + b);
  const rig = new Rig({
    "file:///a.js": () => ({ add, default: add, other: 1 }),
    "file:///b.js": () => ({ again: add }),
  });
  const tasks = await rig.load();
  assertEquals(tasks.map(({ name, source, exportName, retries }) => [name, source, exportName, retries]), [
    ["add", "file:///a.ts", "add", 2],
  ]);
});

Deno.test("executor.load refuses two tasks of one name and says where they are", async () => {
  const make = () => ({ t: task({ name: "same" }, () => 1) });
  const rig = new Rig({ "file:///a.js": make, "file:///b.js": make });
  const error = await assertRejects(() => rig.load(), NuvomError);
  assertEquals(error.code, "NUVOM_TASK_DUPLICATE");
  assertMatch(error.message, /file:\/\/\/a\.ts.*file:\/\/\/b\.ts/);
});

Deno.test("executor.load names the module that throws at import", async () => {
  const rig = new Rig({
    "file:///bad.js": () => {
      throw new Error("boom");
    },
  });
  const error = await assertRejects(() => rig.load(), NuvomError);
  assertEquals(error.code, "NUVOM_TASK_MODULE");
  assertMatch(error.message, /bad\.ts.*boom/);
});

Deno.test("executor.run reports what handlers return as JSON text", async () => {
  assertEquals(await outcomeOf((a: number, b: number) => a + b, "[5,7]"), { kind: "success", result: "12" });
  assertEquals(await outcomeOf(() => Promise.resolve({ a: ["ü"] })), { kind: "success", result: '{"a":["ü"]}' });
  assertEquals(await outcomeOf(() => undefined), { kind: "success", result: null });
  assertEquals(await outcomeOf(() => null), { kind: "success", result: "null" });
});

Deno.test("executor.run reports failures by kind", async () => {
  const failure = (outcome: Outcome) =>
    outcome.kind === "failure" ? [outcome.error.code ?? outcome.error.message, outcome.retryable] : outcome;
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  assertEquals(failure(await outcomeOf(() => Promise.reject(new Error("no")))), ["no", true]);
  assertEquals(
    failure(
      await outcomeOf(() => {
        throw "text";
      }),
    ),
    ["text", true],
  );
  assertEquals(
    failure(
      await outcomeOf(() => {
        throw undefined;
      }),
    ),
    ["undefined", true],
  );
  assertEquals(
    failure(
      await outcomeOf(() => {
        throw new Discard("never");
      }),
    ),
    ["never", false],
  );
  assertEquals(failure(await outcomeOf(() => cyclic)), ["NUVOM_RESULT_NOT_JSON", false]);
  assertEquals(failure(await outcomeOf(() => 10n)), ["NUVOM_RESULT_NOT_JSON", false]);
  assertEquals(failure(await outcomeOf(() => () => {})), ["NUVOM_RESULT_NOT_JSON", false]);
  assertEquals(failure(await outcomeOf(() => "x".repeat(MAX_PAYLOAD))), ["NUVOM_PAYLOAD_TOO_LARGE", false]);
  assertEquals(failure(await outcomeOf(() => 1, "{}")), ["NUVOM_ARGS_INVALID", false]);
  assertEquals(failure(await outcomeOf(() => 1, "[")), ["NUVOM_ARGS_INVALID", false]);
  const hostile = new Proxy(new Error("x"), {
    get: () => {
      throw new Error("trap");
    },
  });
  assertMatch(
    String(
      failure(
        await outcomeOf(() => {
          throw hostile;
        }),
      ),
    ),
    /can't be described/,
  );
});

Deno.test("executor.run refuses a result that JSON would change, and names the place", async () => {
  class Point {
    x = 1;
  }
  const cases: [unknown, string][] = [
    [new Map([[1, 2]]), "result is a Map"],
    [{ items: [1, new Set([1])] }, "result.items[1] is a Set"],
    [{ a: { b: NaN } }, "result.a.b is NaN"],
    [[-Infinity], "result[0] is -Infinity"],
    [[1, undefined], "result[1] is undefined"],
    [{ at: new Date(0) }, "result.at is a Date"],
    [[{ n: 1n }], "result[0].n is a bigint"],
    [{ p: new Point() }, "result.p is a Point"],
    [new Uint8Array(2), "result is a Uint8Array"],
    [{ f: () => 1 }, "result.f is a function"],
    [new Error("x"), "result is a Error"],
  ];
  for (const [value, where] of cases) {
    const outcome = await outcomeOf(() => value);
    assertEquals(outcome.kind === "failure" && [outcome.error.code, outcome.retryable], [
      "NUVOM_RESULT_NOT_JSON",
      false,
    ]);
    assertMatch(outcome.kind === "failure" ? outcome.error.message : "", new RegExp(where.replace(/[[\]]/g, "\\$&")));
  }
  const fine = { a: [1, "x", null, true, { b: {} }], gone: undefined, n: Object.create(null) };
  assertEquals(await outcomeOf(() => fine), { kind: "success", result: '{"a":[1,"x",null,true,{"b":{}}],"n":{}}' });
  const trap = {
    get x() {
      throw new Error("trap");
    },
  };
  const trapped = await outcomeOf(() => trap);
  assertEquals(trapped.kind === "failure" && trapped.error.code, "NUVOM_RESULT_NOT_JSON");
});

Deno.test("executor.run asks the backoff function of the task, which may fail or answer nonsense", async () => {
  const asked: unknown[] = [];
  const rig = await Rig.of({
    own: task({
      name: "own",
      backoff: (attempt, error) => {
        asked.push([attempt, (error as Error).message]);
        return "3s";
      },
    }, () => Promise.reject(new Error("no"))),
    odd: task({ name: "odd", backoff: () => "soon" }, () => {
      throw new Error("no");
    }),
    discarded: task({ name: "discarded", backoff: () => 5 }, () => {
      throw new Discard("never");
    }),
  });
  rig.run(["a", "own", 2, "[]"], ["b", "odd", 1, "[]"], ["c", "discarded", 1, "[]"]);
  const ended = await rig.until(3);
  const delay = (id: string) => {
    const outcome = ended.get(id)!;
    return outcome.kind === "failure" ? [outcome.retryable, outcome.retryInMs] : outcome;
  };
  assertEquals([delay("a"), delay("b"), delay("c")], [[true, 3_000], [true, undefined], [false, undefined]]);
  assertEquals(asked, [[2, "no"]]);
  assertMatch(JSON.stringify(rig.notes), /backoff function of the task failed.*NUVOM_DURATION_INVALID/);
});

Deno.test("executor.run snoozes when the handler asks for it", async () => {
  const outcome = await outcomeOf(() => {
    throw new Snooze("10m");
  });
  assertEquals(outcome, { kind: "snoozed", delayMs: 600_000 });
});

Deno.test("executor.run fails an unknown task, to be tried again by a newer worker, and names the nearest", async () => {
  const rig = await Rig.of({ t: task({ name: "resize" }, () => 1) });
  rig.run(["x", "rezise", 1, "[]"]);
  const outcome = (await rig.until(1)).get("x")!;
  assertEquals(outcome.kind === "failure" && [outcome.error.code, outcome.retryable], ["NUVOM_TASK_UNKNOWN", true]);
  assertMatch(JSON.stringify(outcome), /Did you mean \\"resize\\"/);
});

Deno.test("executor.run never runs more than the concurrency, in order, and announces each start first", async () => {
  let running = 0;
  let most = 0;
  const order: string[] = [];
  const gates: (() => void)[] = [];
  const rig = await Rig.of({
    t: task({ name: "t" }, async (id: string) => {
      assertEquals(rig.started.includes(id), true, "announced before it runs");
      order.push(id);
      most = Math.max(most, ++running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running--;
    }),
  }, 3);
  const ids = ["a", "b", "c", "d", "e"];
  rig.run(...ids.map((id): AttemptOrder => [id, "t", 1, JSON.stringify([id])]));
  assertEquals(rig.started, ["a"], "what is not known to be quick has its turn first");
  await rig.begun();
  assertEquals(rig.started, ["a", "b", "c"]);
  while (rig.ended.size < 5) {
    gates.shift()?.();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals([most, order], [3, ids]);
  assertEquals([...rig.ended.keys()], ids);
  assertEquals(rig.started, ids);
});

Deno.test("executor.run announces tasks that are not known to be quick one by one, quick ones together", async () => {
  const rig = await Rig.of({ t: task({ name: "t" }, () => 1) }, 4);
  const orders = (from: number, count: number) =>
    Array.from({ length: count }, (_, i): AttemptOrder => [`${from + i}`, "t", 1, "[]"]);
  rig.run(...orders(0, 4));
  await rig.until(4);
  assertEquals(rig.reports[0]!.started.length, 1);
  // A loaded machine may make any single run slow, so several rounds are given.
  for (let round = 1; round <= 50 && !rig.reports.some(({ started }) => started.length === 4); round++) {
    rig.run(...orders(round * 8, 8));
    await rig.until(4 + round * 8);
  }
  assertEquals(rig.reports.some(({ started }) => started.length === 4), true);
});

Deno.test("executor.run lets the loop hear the host between short handlers that block", async () => {
  const spin = task({ name: "spin" }, () => {
    const end = performance.now() + 3;
    while (performance.now() < end);
  });
  const rig = await Rig.of({ spin }, 1);
  rig.run(...Array.from({ length: 50 }, (_, i): AttemptOrder => [`${i}`, "spin", 1, "[]"]));
  await new Promise((resolve) => setTimeout(resolve, 0));
  const left = await rig.call("executor.drain", {}) as string[];
  assertEquals(left.length > 0, true);
  await rig.until(50 - left.length);
  assertEquals(new Set([...left, ...rig.started]).size, 50);
});

Deno.test("executor.abort aborts the signal with the reason, also one that is asked for later", async () => {
  const reasons: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const rig = await Rig.of({
    early: task({ name: "early" }, async () => {
      const { signal } = jobContext();
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason.code);
    }),
    late: task({ name: "late" }, async () => {
      await gate.promise;
      reasons.push(jobContext().signal.reason.code);
    }),
  });
  rig.run(["a", "early", 1, "[]"], ["b", "late", 1, "[]"]);
  await rig.begun();
  rig.note("executor.abort", [{ id: "a", reason: "timeout" }, { id: "b", reason: "cancelled" }]);
  await rig.until(1);
  gate.resolve();
  await rig.until(2);
  assertEquals(reasons, ["NUVOM_JOB_TIMEOUT", "NUVOM_JOB_CANCELLED"]);
});

Deno.test("executor.abort ends what was not started without a start, and always answers with a report", async () => {
  const gate = Promise.withResolvers<void>();
  const rig = await Rig.of({ t: task({ name: "t" }, () => gate.promise) }, 1);
  rig.run(["a", "t", 1, "[]"], ["b", "t", 1, "[]"]);
  await rig.begun();
  rig.note("executor.abort", [{ id: "b", reason: "cancelled" }]);
  assertEquals(rig.ended.get("b")?.kind, "failure");
  assertEquals(rig.started, ["a"]);
  const before = rig.reports.length;
  rig.note("executor.abort", [{ id: "nobody", reason: "timeout" }]);
  assertEquals(rig.reports.length, before + 1);
  gate.resolve();
  await rig.until(2);
});

Deno.test("executor.drain answers what was never started and starts nothing more", async () => {
  const gate = Promise.withResolvers<void>();
  const rig = await Rig.of({ t: task({ name: "t" }, () => gate.promise) }, 2);
  rig.run(...["a", "b", "c", "d"].map((id): AttemptOrder => [id, "t", 1, "[]"]));
  await rig.begun();
  assertEquals(await rig.call("executor.drain", {}), ["c", "d"]);
  gate.resolve();
  await rig.until(2);
  assertEquals(rig.started, ["a", "b"]);
});

Deno.test("jobContext() tells apart jobs that run at the same time; log and progress name their job", async () => {
  const seen: unknown[] = [];
  const rig = await Rig.of({
    t: task({ name: "t" }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const { id, task, attempt, log, progress: _ } = jobContext();
      seen.push([id, task, attempt]);
      log.warn("careful", { error: new Error("e"), big: 1n });
      jobContext().progress(2, "done");
    }),
  });
  rig.run(["a", "t", 1, "[]"], ["b", "t", 3, "[]"]);
  await rig.until(2);
  assertEquals(seen, [["a", "t", 1], ["b", "t", 3]]);
  const [method, note] = rig.notes[0]! as [string, { job: string; level: string; fields: { big: string } }];
  assertEquals([method, note.job, note.level, note.fields.big], ["log", "a", "warn", "1"]);
  assertEquals(rig.notes[1], ["job.progress", { id: "a", value: 1, note: "done" }]);
});

Deno.test("task.delay() inside of a handler goes to the worker's client", async () => {
  const other = task({ name: "other" }, (n: number) => n);
  const outcome = await outcomeOf(async () => (await other.delay(5)).id);
  assertEquals(outcome, { kind: "success", result: '"id-1"' });
});

Deno.test("executor.report splits long results among messages, for each has a largest size", async () => {
  const long = "x".repeat(3 * 1024 * 1024);
  const gate = Promise.withResolvers<void>();
  const rig = await Rig.of({ t: task({ name: "t" }, () => gate.promise.then(() => long)) });
  rig.run(...["a", "b", "c", "d", "e"].map((id) => [id, "t", 1, "[]"] as const));
  gate.resolve();
  await rig.until(5);
  const lengths = rig.reports.map(({ ended }) => ended.length);
  assertEquals(lengths.reduce((sum, length) => sum + length), 5);
  // A busy machine may have them reported sooner, and so with fewer each.
  assertEquals(lengths.filter((length) => length > 2), []);
});

Deno.test("executor.report splits long errors among messages as well", async () => {
  const stack = "at x".repeat(4_000);
  const gate = Promise.withResolvers<void>();
  const long = (depth: number): Error => {
    const error = new Error("\0".repeat(8_000), depth === 0 ? undefined : { cause: long(depth - 1) });
    error.stack = stack;
    return error;
  };
  const rig = await Rig.of({ t: task({ name: "t" }, () => gate.promise.then(() => Promise.reject(long(5)))) }, 500);
  rig.run(...Array.from({ length: 500 }, (_, i) => [`${i}`, "t", 1, "[]"] as const));
  gate.resolve();
  const ended = await rig.until(500);
  assertEquals([...ended.values()].filter(({ kind }) => kind === "failure").length, 500);
  assertEquals(rig.sizes.filter((size) => size > 64 * 1024 * 1024), []);
});

Deno.test("executor.report tells an end that can't be sent as a failure, and the others as they are", async () => {
  const rig = await Rig.of({
    odd: task({ name: "odd" }, () => {
      throw Object.assign(new Snooze("1s"), { delayMs: 1n });
    }),
    good: task({ name: "good" }, () => 1),
  });
  const names = ["good", "odd", "good", "odd", "good"];
  rig.run(...names.map((name, i): AttemptOrder => [`${i}`, name, 1, "[]"]));
  const ended = await rig.until(5);
  assertEquals(names.map((_, i) => ended.get(`${i}`)!.kind), ["success", "failure", "success", "failure", "success"]);
  const outcome = ended.get("1")!;
  assertEquals(outcome.kind === "failure" && [outcome.error.code, outcome.error.cause?.name, outcome.retryable], [
    "NUVOM_OUTCOME_UNSENDABLE",
    "TypeError",
    true,
  ]);
  rig.run(["more", "good", 1, "[]"]);
  assertEquals((await rig.until(6)).get("more"), { kind: "success", result: "1" });
});

Deno.test("executor.run begins nothing behind a closed gate, and after executor.recalled only what comes then", async () => {
  const held = Promise.withResolvers<void>();
  const rig = await Rig.of({ t: task({ name: "t" }, () => held.promise), u: task({ name: "u" }, () => 1) }, 1);
  rig.run(["a", "t", 1, "[]"], ["b", "u", 1, "[]"], ["c", "u", 1, "[]"]);
  rig.note("executor.abort", [{ id: "b", reason: "cancelled" }]);
  assertEquals(rig.gate.close(), { begun: 1, recall: 1 });
  held.resolve();
  await rig.until(2);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(rig.started, ["a"]);
  const before = rig.reports.length;
  rig.note("executor.recalled", { recall: 1 });
  assertEquals(rig.reports.length, before + 1);
  rig.run(["d", "u", 1, "[]"], ["e", "u", 1, "[]"]);
  await rig.until(4);
  assertEquals([rig.started, rig.gate.close()], [["a", "d", "e"], { begun: 5, recall: 2 }]);
});

Deno.test("executor.recalled of an earlier recall lets nothing begin that a later one took back", async () => {
  const rig = await Rig.of({ t: task({ name: "t" }, () => 1) });
  // The host took back "a", then "b"; a handler that blocks lets this side hear of it only now.
  rig.gate.close();
  rig.gate.close();
  rig.run(["a", "t", 1, "[]"]);
  rig.note("executor.recalled", { recall: 1 });
  rig.run(["b", "t", 1, "[]"]);
  await rig.begun();
  assertEquals(rig.started, []);
  rig.note("executor.recalled", { recall: 2 });
  rig.run(["c", "t", 1, "[]"]);
  await rig.until(1);
  assertEquals(rig.started, ["c"]);
});

Deno.test("jobContext().progress() is sent at once, then in steps, and the last one before the end", async () => {
  const rig = await Rig.of({
    t: task({ name: "t" }, () => {
      for (let i = 1; i <= 1_000; i++) jobContext().progress(i / 1_000, `step ${i}`);
    }),
  });
  rig.run(["a", "t", 1, "[]"]);
  await rig.until(1);
  assertEquals(rig.notes, [
    ["job.progress", { id: "a", value: 0.001, note: "step 1" }],
    ["job.progress", { id: "a", value: 1, note: "step 1000" }],
  ]);
});
