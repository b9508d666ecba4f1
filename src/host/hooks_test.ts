import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type AttemptEnd,
  EventBus,
  type HookEvent,
  type HookMethod,
  type LeasedJob,
  type WorkerInfo,
} from "../core/mod.ts";
import { FakeClock, settleDown } from "../testing/fake_clock.ts";
import { HookRunner, type RegisteredHook } from "./hooks.ts";

type Call = [HookMethod, unknown];

const METHODS: readonly HookMethod[] = ["beforeJob", "afterJob", "onError", "onRetry", "workerStart", "workerStop"];

/** A runner on a bus of its own, and what its hooks were told. */
class Stage {
  readonly bus = new EventBus();
  readonly clock = new FakeClock();
  readonly runner = new HookRunner(this.bus, this.clock);
  readonly calls: Call[] = [];
  readonly logged: string[] = [];
  /** What a call of a hook does. */
  behave: (method: HookMethod) => Promise<void> = () => Promise.resolve();

  constructor() {
    this.bus.on("log", ({ category, message }) => this.logged.push(`${category}: ${message}`));
  }

  add(over: Partial<RegisteredHook> = {}): void {
    this.runner.add({
      plugin: "x",
      name: "watch",
      methods: METHODS,
      tasks: null,
      queues: null,
      call: this.#call,
      ...over,
    });
  }

  start(...ids: string[]): void {
    this.bus.emit("attempts.started", { jobs: ids.map((id) => job(id)), waitedMs: ids.map(() => 0) });
  }

  end(...ends: AttemptEnd[]): void {
    this.bus.emit("attempts.ended", { ends });
  }

  readonly #call = (method: HookMethod, payload: readonly HookEvent[] | WorkerInfo): Promise<void> => {
    const told = Array.isArray(payload) ? payload.map(({ job }: HookEvent) => job.id).join(" ") : payload;
    this.calls.push([method, told]);
    return this.behave(method);
  };
}

function job(id: string, over: Partial<LeasedJob> = {}): LeasedJob {
  return {
    id,
    task: "add",
    queue: "default",
    args: "[]",
    result: null,
    token: "t",
    leaseUntil: 1,
    ...over,
  } as LeasedJob;
}

function end(id: string, kind: string, next: AttemptEnd["next"]): AttemptEnd {
  return { job: job(id), outcome: { kind } as AttemptEnd["outcome"], next, durationMs: 7 };
}

Deno.test("HookRunner tells each method what concerns it, in batches", async () => {
  const stage = new Stage();
  stage.add();
  stage.bus.emit("worker.started", { workerId: "w", executors: 1, concurrency: 1 });
  stage.start("1", "2");
  stage.start("3");
  await settleDown();
  stage.end(end("1", "success", "done"), end("2", "failure", "retry"), end("3", "timeout", "failed"));
  stage.end(end("4", "lost", "released"), end("5", "cancelled", "cancelled"), end("6", "timeout", "done"));
  stage.bus.emit("worker.stopped", { workerId: "w", completed: 1, released: 0 });
  await settleDown();
  assertEquals(stage.calls, [
    ["workerStart", { workerId: "w" }],
    ["beforeJob", "1 2 3"],
    ["afterJob", "1 2 3 4 5 6"],
    ["onError", "2 3"],
    ["onRetry", "2"],
    ["workerStop", { workerId: "w" }],
  ]);
});

Deno.test("HookRunner tells outcome and duration, and nobody the token of a lease", async () => {
  const stage = new Stage();
  const told: unknown[] = [];
  stage.add({ methods: ["afterJob"], call: (_method, payload) => Promise.resolve(void told.push(payload)) });
  stage.end(end("1", "success", "done"));
  await settleDown();
  const { token: _token, leaseUntil: _leaseUntil, ...record } = job("1");
  assertEquals(told, [[{ job: record, outcome: "success", durationMs: 7 }]]);
});

Deno.test("HookRunner filters by task and queue, and calls no method that a hook lacks", async () => {
  const stage = new Stage();
  stage.add({ methods: ["beforeJob"], tasks: ["add"], queues: ["fast", "slow"] });
  stage.bus.emit("attempts.started", {
    jobs: [job("1"), job("2", { queue: "fast" }), job("3", { queue: "fast", task: "other" })],
    waitedMs: [0, 0, 0],
  });
  stage.end(end("2", "failure", "retry"));
  await settleDown();
  assertEquals(stage.calls, [["beforeJob", "2"]]);
});

Deno.test("HookRunner makes one call at a time and gathers what happens meanwhile", async () => {
  const stage = new Stage();
  stage.add();
  const slow = Promise.withResolvers<void>();
  stage.behave = () => slow.promise;
  stage.start("1");
  await settleDown();
  stage.end(end("1", "success", "done"));
  stage.start("2");
  stage.start("3");
  await settleDown();
  assertEquals(stage.calls, [["beforeJob", "1"]]);
  slow.resolve();
  await settleDown();
  assertEquals(stage.calls.slice(1), [["beforeJob", "2 3"], ["afterJob", "1"]]);
});

Deno.test("HookRunner lets one hook be slow without the others", async () => {
  const stage = new Stage();
  stage.add({ call: () => new Promise(() => {}) });
  stage.add({ methods: ["beforeJob"] });
  stage.start("1");
  await settleDown();
  stage.start("2");
  await settleDown();
  assertEquals(stage.calls, [["beforeJob", "1"], ["beforeJob", "2"]]);
});

Deno.test("HookRunner logs a failing hook once a minute for each method, and goes on", async () => {
  const stage = new Stage();
  stage.add();
  stage.behave = (method) => Promise.reject(new Error(`${method} failed.`));
  for (const id of ["1", "2", "3"]) {
    stage.start(id);
    await settleDown();
  }
  stage.end(end("1", "success", "done"));
  await stage.clock.advance(59_999);
  stage.start("4");
  await stage.clock.advance(1);
  stage.start("5");
  await settleDown();
  const note = "(Of such failures one is logged every 1m 0s.)";
  assertEquals(stage.logged, [
    `plugin.x: beforeJob failed. ${note}`,
    `plugin.x: afterJob failed. ${note}`,
    `plugin.x: beforeJob failed. ${note}`,
  ]);
  assertEquals(stage.calls.length, 6);
});

Deno.test("HookRunner drops the oldest when too much waits, and says so once", async () => {
  const stage = new Stage();
  stage.add({ methods: ["beforeJob"] });
  const slow = Promise.withResolvers<void>();
  stage.behave = () => slow.promise;
  stage.start("first");
  await settleDown();
  const args = "x".repeat(3 * 1024 * 1024);
  for (const id of ["1", "2", "3", "4", "5", "6", "7"]) {
    stage.bus.emit("attempts.started", { jobs: [job(id, { args })], waitedMs: [0] });
  }
  slow.resolve();
  await settleDown();
  assertEquals(stage.logged, [
    'plugin.x: The hook "watch" is too slow: what waits for beforeJob is dropped, oldest first.',
  ]);
  // Each is too large to share a call with another.
  assertEquals(stage.calls.map(([, ids]) => ids), ["first", "3", "4", "5", "6", "7"]);
  await stage.runner.close(1_000);
  assertEquals(stage.logged.at(-1), 'plugin.x: The hook "watch" was too slow: 2 events never reached it.');
});

Deno.test("HookRunner.close() lets hooks take what waits, within its limit", async () => {
  const stage = new Stage();
  stage.add({ methods: ["beforeJob"] });
  stage.behave = () => new Promise((resolve) => stage.clock.timer(100, resolve));
  stage.start("1");
  await settleDown();
  stage.start("2");
  const closed = stage.runner.close(1_000);
  stage.start("3");
  await stage.clock.advance(200);
  await closed;
  assertEquals(stage.calls, [["beforeJob", "1"], ["beforeJob", "2"]]);
  assertEquals(stage.logged, []);
});

Deno.test("HookRunner.close() goes on without a hook that hangs, and counts what it missed", async () => {
  const stage = new Stage();
  stage.add({ methods: ["beforeJob"], call: () => new Promise(() => {}) });
  stage.start("1");
  await settleDown();
  stage.start("2", "3");
  const closed = stage.runner.close(1_000);
  await stage.clock.advance(1_000);
  await closed;
  assertStringIncludes(stage.logged[0]!, "2 events never reached it");
  assertEquals(stage.clock.pending, 0);
});

Deno.test("HookRunner listens only when there is a hook", () => {
  const stage = new Stage();
  assertEquals(stage.bus.has("attempts.started"), false);
  stage.add();
  assertEquals(stage.bus.has("attempts.started"), true);
});

Deno.test("HookRunner.replace() keeps what waits for a hook while its plugin is down, for the hook that comes in its place", async () => {
  const stage = new Stage();
  let up = Promise.withResolvers<void>();
  up.resolve();
  stage.add({ ready: () => up.promise });
  stage.add({ name: "gone" });
  stage.add({ plugin: "y" });
  stage.start("1");
  await settleDown();
  assertEquals(stage.calls.splice(0).length, 3);
  up = Promise.withResolvers();
  stage.runner.replace("x", []);
  stage.runner.replace("y", []);
  stage.add({ ready: () => up.promise });
  stage.start("2");
  stage.start("3");
  await settleDown();
  stage.start("4");
  assertEquals(stage.calls, []);
  const told: unknown[] = [];
  const renewed = (name: string): RegisteredHook => ({
    plugin: "x",
    name,
    methods: METHODS,
    tasks: null,
    queues: null,
    call: (method, events) => {
      told.push([name, method, (events as HookEvent[]).map(({ job }) => job.id).join(" ")]);
      return Promise.resolve();
    },
  });
  stage.runner.replace("x", [renewed("watch"), renewed("new")]);
  up.resolve();
  await settleDown();
  assertEquals([stage.calls, told], [[], [["watch", "beforeJob", "2 3 4"]]]);
  stage.start("5");
  await settleDown();
  assertEquals(told.slice(1), [["watch", "beforeJob", "5"], ["new", "beforeJob", "5"]]);
  await stage.runner.close(1_000);
});
