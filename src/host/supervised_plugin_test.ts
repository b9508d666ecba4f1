import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { EventBus, NuvomError, type QueueBackend, type QueueCapability } from "../core/mod.ts";
import type { Registration } from "../sandbox/mod.ts";
import { FakeClock, settleDown } from "../testing/fake_clock.ts";
import { crashed } from "./call_errors.ts";
import type { Life, LifeEntered, LifeSource } from "./life.ts";
import type { RestartLimit } from "./restart_budget.ts";
import { SupervisedPlugin } from "./supervised_plugin.ts";

/** What a life that a test moves by hand can do. */
class HandLife {
  readonly number: number;
  readonly asked: string[] = [];
  readonly #entered: LifeEntered;
  #gone = false;
  capabilities: readonly QueueCapability[] = ["lease"];

  constructor(number: number, entered: LifeEntered) {
    this.number = number;
    this.#entered = entered;
  }

  readonly metadata = { name: "x" };
  get pid(): number {
    return this.number;
  }
  get registrations(): Registration[] {
    return [{ kind: "queue_backend", name: `queue-${this.number}` }, { kind: "metrics_provider" }];
  }
  prepare(): Promise<void> {
    this.asked.push("prepare");
    return Promise.resolve();
  }
  startFails: Error | undefined;
  start(): Promise<Registration[]> {
    this.#entered("starting");
    if (this.startFails !== undefined) {
      this.#gone = true;
      this.#entered("failed", this.startFails);
      return Promise.reject(this.startFails);
    }
    this.#entered("running");
    return Promise.resolve(this.registrations);
  }
  stop(): Promise<void> {
    this.asked.push("stop");
    if (!this.#gone) {
      this.#entered("stopping");
      this.#entered("stopped");
    }
    this.#gone = true;
    return Promise.resolve();
  }
  crash(detail = "exit code 0"): void {
    this.#gone = true;
    this.#entered("crashed", crashed("x", detail));
  }
  usage() {
    return Promise.resolve({ memoryBytes: 1_024, cpuMs: 20 });
  }
  unwell: string | undefined;
  health(): Promise<void> {
    return this.unwell === undefined ? Promise.resolve() : Promise.reject(new Error(this.unwell));
  }
  idle(): Promise<void> {
    this.asked.push("idle");
    return Promise.resolve();
  }
  collectMetrics() {
    return Promise.resolve([{ name: `m${this.number}`, help: "", type: "gauge" as const, samples: [] }]);
  }
  callHook(): Promise<void> {
    this.asked.push("hook");
    return Promise.resolve();
  }
  openBackend(kind: string, name: string) {
    this.asked.push(`open ${kind} ${name}`);
    return Promise.resolve({
      opened: { handle: this.number, store: "s", capabilities: this.capabilities, basic: false },
      callMs: 1_000,
      caller: { call: (_method: unknown, params: unknown) => this.#call(params as never) },
    });
  }
  #call({ handle, method }: { handle: number; method: string }): Promise<never> {
    if (this.#gone) return Promise.reject(new NuvomError("NUVOM_REALM_GONE", { what: "It has ended." }));
    this.asked.push(`${method} ${handle}`);
    return Promise.resolve((method === "qsize" ? this.number : null) as never);
  }
  remoteParts(name: string, link: unknown) {
    return { plugin: "x", name, link, clock: new FakeClock(), closeTimeoutMs: 500 };
  }
}

class Stage {
  readonly clock = new FakeClock();
  readonly bus = new EventBus();
  readonly states: string[] = [];
  readonly began: string[][] = [];
  readonly lives: HandLife[] = [];
  disposed = 0;
  /** What is done to a life before it starts. */
  prepare: (life: HandLife) => void = () => {};
  readonly plugin: SupervisedPlugin;
  readonly #restart: RestartLimit;

  constructor(restart: RestartLimit = { max: 2, withinMs: 10_000 }) {
    this.#restart = restart;
    this.bus.on("plugin.state", ({ state, pid, retryInMs, error }) => {
      this.states.push([state, pid ?? retryInMs ?? error?.code ?? ""].join(" ").trim());
    });
    this.plugin = new SupervisedPlugin({
      name: "x",
      bus: this.bus,
      clock: this.clock,
      random: () => 1,
      began: (registrations) => this.began.push(registrations.map((one) => "name" in one ? one.name : one.kind)),
    });
  }

  /** Another source of lives. */
  source(restart = this.#restart): LifeSource {
    return {
      make: (entered) => this.#make(entered),
      isolation: "process",
      restart,
      digest: () => Promise.resolve("d"),
      dispose: () => Promise.resolve(void this.disposed++),
    };
  }

  start(): Promise<unknown> {
    return this.plugin.start(this.source());
  }

  static async started(restart?: RestartLimit): Promise<Stage> {
    const stage = new Stage(restart);
    await stage.start();
    stage.states.length = 0;
    return stage;
  }

  get life(): HandLife {
    return this.lives.at(-1)!;
  }

  /** What was entered since the last look. */
  entered(): string[] {
    return this.states.splice(0);
  }

  #make(entered: LifeEntered): Life {
    const life = new HandLife(this.lives.length + 1, entered);
    this.prepare(life);
    this.lives.push(life);
    return life as unknown as Life;
  }
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, NuvomError)).code;
}

Deno.test("SupervisedPlugin starts a plugin that crashed again, after a pause that grows, and takes what it registers then", async () => {
  const stage = new Stage();
  await stage.start();
  assertEquals(stage.entered(), ["starting", "running 1"]);
  stage.life.crash();
  assertEquals(stage.entered(), ["crashed NUVOM_PLUGIN_CRASHED", "backoff 200"]);
  await stage.clock.advance(199);
  assertEquals([stage.entered(), stage.lives.length], [[], 1]);
  await stage.clock.advance(1);
  assertEquals(stage.entered(), ["starting", "running 2"]);
  stage.life.crash();
  await stage.clock.advance(400);
  assertEquals(stage.entered(), ["crashed NUVOM_PLUGIN_CRASHED", "backoff 400", "starting", "running 3"]);
  assertEquals(stage.began, [1, 2, 3].map((number) => [`queue-${number}`, "metrics_provider"]));
  assertEquals([(await stage.plugin.status()).restarts, stage.disposed], [2, 0]);
  await stage.plugin.stop();
  assertEquals([stage.entered(), stage.disposed], [["stopping", "stopped"], 1]);
});

Deno.test("SupervisedPlugin takes a start that fails later on for a crash", async () => {
  const stage = await Stage.started();
  stage.prepare = (life) => life.startFails = new NuvomError("NUVOM_PLUGIN_START", { what: "No database." });
  stage.life.crash();
  await stage.clock.advance(200);
  assertEquals(stage.entered().slice(2), ["starting", "crashed NUVOM_PLUGIN_START", "backoff 400"]);
  await stage.clock.advance(400);
  assertEquals(stage.entered(), ["starting", "crashed NUVOM_PLUGIN_START", "failed NUVOM_PLUGIN_FAILED"]);
  await stage.plugin.stop();
  assertEquals(stage.entered(), ["stopped"]);
});

Deno.test("SupervisedPlugin takes no life for running that crashed in the moment of its start", async () => {
  const stage = await Stage.started();
  stage.prepare = (life) => {
    life.start = () => {
      life.crash();
      return Promise.resolve(life.registrations);
    };
  };
  stage.life.crash();
  await stage.clock.advance(200);
  assertEquals(stage.entered().slice(2), ["starting", "crashed NUVOM_PLUGIN_CRASHED", "backoff 400"]);
  assertEquals(stage.began.length, 1);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin starts nothing again that crashes while all plugins are being stopped", async () => {
  const stage = await Stage.started();
  stage.plugin.endRestarts();
  stage.life.crash();
  await stage.clock.advance(60_000);
  assertEquals([stage.entered(), stage.lives.length], [["crashed NUVOM_PLUGIN_CRASHED"], 1]);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin does not start again what could not be started at first", async () => {
  const stage = new Stage();
  stage.prepare = (life) => life.startFails = new NuvomError("NUVOM_PLUGIN_START", { what: "No." });
  assertEquals(await codeOf(() => stage.start()), "NUVOM_PLUGIN_START");
  await stage.plugin.stop();
  assertEquals([stage.entered(), stage.clock.pending, stage.disposed], [
    ["starting", "failed NUVOM_PLUGIN_START"],
    0,
    1,
  ]);
});

Deno.test("SupervisedPlugin lets calls fail at once while it is down, and has them work again", async () => {
  const stage = await Stage.started();
  const queue = await stage.plugin.openQueue("mine", "");
  assertEquals(await queue.qsize(), 1);
  const [before] = await stage.plugin.collectMetrics();
  assertEquals(before!.name, "m1");
  stage.life.crash();
  for (const call of [() => queue.qsize(), () => stage.plugin.callHook({} as never, "beforeJob", [])]) {
    const error = await assertRejects(call, NuvomError);
    assertEquals(error.code, "NUVOM_PLUGIN_RESTARTING");
    assertStringIncludes((error.cause as Error).message, "has ended: exit code 0");
  }
  assertEquals(await stage.plugin.collectMetrics(), []);
  await stage.clock.advance(200);
  assertEquals(await Promise.all([queue.qsize(), queue.qsize()]), [2, 2]);
  assertEquals(stage.life.asked, ["open queue mine", "qsize 2", "qsize 2"]);
  assertEquals((await stage.plugin.collectMetrics())[0]!.name, "m2");
  await queue.close();
  assertEquals(stage.life.asked.at(-1), "close 2");
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin refuses a backend that promises something else after a restart", async () => {
  const stage = await Stage.started();
  const queue = await stage.plugin.openQueue("mine", "");
  stage.prepare = (life) => life.capabilities = ["lease", "inspect"];
  stage.life.crash();
  await stage.clock.advance(200);
  const error = await assertRejects(() => queue.qsize(), NuvomError);
  assertEquals(error.code, "NUVOM_PLUGIN_BACKEND_CHANGED");
  assertStringIncludes(error.message, 'The backend "mine" of the plugin "x" is in use, and now has other capabilities');
  assertEquals(stage.life.asked, ["open queue mine", "close 2"]);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin closes a backend without opening it again, also while it is down", async () => {
  const stage = await Stage.started();
  const [first, second] = [await stage.plugin.openQueue("a", ""), await stage.plugin.openQueue("b", "")];
  stage.life.crash();
  await first.close();
  await stage.clock.advance(200);
  await second.close();
  assertEquals(stage.life.asked, []);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin gives a plugin up that crashes too often, and says so once", async () => {
  const stage = await Stage.started({ max: 1, withinMs: 10_000 });
  stage.life.crash();
  await stage.clock.advance(200);
  stage.entered();
  const messages: string[] = [];
  const stop = stage.bus.on("plugin.state", ({ error, state }) => {
    if (state === "failed") messages.push(error!.message);
  });
  stage.life.crash("it was over its memory limit");
  stop();
  assertEquals(messages, [
    'The plugin "x" has crashed more than 1 time within 10s, the last time so: The realm of the plugin "x" has ended: ' +
    "it was over its memory limit. What it was asked for was not done. Mend it, then run `nuvom plugin reload x`; " +
    "restart in [plugin.x] says how often it is started again.",
  ]);
  assertEquals(stage.entered(), ["crashed NUVOM_PLUGIN_CRASHED", "failed NUVOM_PLUGIN_FAILED"]);
  await stage.clock.advance(3_600_000);
  assertEquals([stage.entered(), stage.lives.length], [[], 2]);
  assertEquals(await codeOf(() => stage.plugin.openQueue("mine", "")), "NUVOM_PLUGIN_FAILED");
  await stage.plugin.stop();
  assertEquals([stage.entered(), stage.clock.pending], [["stopped"], 0]);
});

Deno.test("SupervisedPlugin tries a plugin that was given up again now and then while one of its backends is in use", async () => {
  const stage = await Stage.started({ max: 0, withinMs: 10_000 });
  const queue: QueueBackend = await stage.plugin.openQueue("mine", "");
  stage.life.crash();
  assertEquals(stage.entered(), ["crashed NUVOM_PLUGIN_CRASHED", "failed NUVOM_PLUGIN_FAILED"]);
  stage.prepare = (life) => life.startFails = new Error("still no database");
  await stage.clock.advance(90_000);
  // One try every 30 s, and nothing is said of those that fail.
  assertEquals([stage.entered(), stage.lives.length], [[], 4]);
  assertEquals(await codeOf(() => queue.qsize()), "NUVOM_PLUGIN_FAILED");
  stage.prepare = () => {};
  await stage.clock.advance(30_000);
  assertEquals([stage.entered(), await queue.qsize()], [["running 5"], 5]);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin.stop() breaks off a pause and a start that goes on, and nothing comes after it", async () => {
  const paused = await Stage.started();
  paused.life.crash();
  await paused.plugin.stop();
  await paused.plugin.stop();
  await paused.clock.advance(100_000);
  assertEquals([paused.lives.length, paused.entered().at(-1), paused.disposed], [1, "stopped", 1]);

  const starting = await Stage.started();
  const start = Promise.withResolvers<Registration[]>();
  starting.prepare = (life) => {
    life.start = () => start.promise;
    life.stop = () => Promise.resolve(start.reject(new Error("it was broken off")));
  };
  starting.life.crash();
  await starting.clock.advance(200);
  await starting.plugin.stop();
  await starting.clock.advance(100_000);
  assertEquals([starting.lives.length, starting.entered().slice(2)], [2, ["starting", "stopped"]]);
});

Deno.test("SupervisedPlugin.settled() waits for the next start, but not for what may never come", async () => {
  const stage = await Stage.started({ max: 1, withinMs: 10_000 });
  let waited = 0;
  const wait = () => void stage.plugin.settled().then(() => waited++);
  wait();
  await settleDown();
  assertEquals(waited, 1);
  stage.life.crash();
  wait();
  await settleDown();
  assertEquals(waited, 1);
  await stage.clock.advance(200);
  assertEquals(waited, 2);
  stage.life.crash();
  wait();
  await settleDown();
  assertEquals(waited, 3);
  await stage.plugin.stop();

  const ending = await Stage.started();
  ending.life.crash();
  const settled = ending.plugin.settled();
  ending.plugin.endRestarts();
  await settled;
  await ending.clock.advance(60_000);
  assertEquals(ending.lives.length, 1);
  await ending.plugin.stop();
});

Deno.test("SupervisedPlugin.status() tells state, restarts, the last error and whether it is well", async () => {
  const stage = await Stage.started();
  const began = stage.clock.now();
  assertEquals(await stage.plugin.status(), {
    name: "x",
    state: "running",
    since: began,
    isolation: "process",
    pid: 1,
    restarts: 0,
    lastError: null,
    unwell: null,
    memoryBytes: 1_024,
    cpuMs: 20,
    calls: 0,
    p99Ms: null,
  });
  await stage.clock.advance(1_000);
  stage.life.crash();
  const down = await stage.plugin.status();
  assertEquals([down.state, down.since, down.pid, down.memoryBytes], ["backoff", began + 1_000, null, null]);
  await stage.clock.advance(200);
  stage.life.unwell = "no database";
  const up = await stage.plugin.status();
  assertEquals([up.state, up.pid, up.restarts, up.unwell], ["running", 2, 1, "no database"]);
  assertEquals([up.lastError!.code, up.lastError!.at, "stack" in up.lastError!], [
    "NUVOM_PLUGIN_CRASHED",
    began + 1_000,
    false,
  ]);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin.reload() takes the new life when it is well, then lets the old one end its calls and stop", async () => {
  const stage = await Stage.started();
  stage.prepare = (life) => life.capabilities = ["durable", "lease"];
  stage.life.crash();
  await stage.clock.advance(200);
  const queue = await stage.plugin.openQueue("mine", "");
  const old = stage.life;
  stage.entered();
  await stage.plugin.reload(stage.source({ max: 0, withinMs: 1_000 }));
  assertEquals([stage.entered(), stage.began.at(-1)], [["running 3"], ["queue-3", "metrics_provider"]]);
  assertEquals([old.asked, stage.disposed], [["open queue mine", "idle", "stop"], 1]);
  assertEquals([await queue.qsize(), stage.life.asked], [3, ["open queue mine", "qsize 3"]]);
  // From now on the limit of the new source counts.
  stage.life.crash();
  assertEquals(stage.entered(), ["crashed NUVOM_PLUGIN_CRASHED", "failed NUVOM_PLUGIN_FAILED"]);
  await stage.plugin.stop();
  assertEquals(stage.disposed, 2);
});

Deno.test("SupervisedPlugin.reload() leaves the old life alone when the new one is no good", async () => {
  const stage = await Stage.started();
  stage.prepare = (life) => life.capabilities = ["durable", "lease"];
  stage.life.crash();
  await stage.clock.advance(200);
  const queue = await stage.plugin.openQueue("mine", "");
  stage.entered();
  const wrongs: [(life: HandLife) => void, string][] = [
    [(life) => life.startFails = new Error("no port is free"), "no port is free"],
    [(life) => life.unwell = "no database", "no database"],
    [(life) => life.capabilities = ["durable"], "other capabilities than before"],
    [(life) => life.idle = life.health = () => Promise.resolve(life.crash("exit code 3")), "exit code 3"],
  ];
  for (const [prepare, message] of wrongs) {
    stage.prepare = (life) => {
      life.capabilities = ["durable", "lease"];
      prepare(life);
    };
    const error = await assertRejects(() => stage.plugin.reload(stage.source()), NuvomError, message);
    assertEquals(error.code, "NUVOM_PLUGIN_RELOAD");
    assertStringIncludes((await stage.plugin.status()).lastError!.message, message);
  }
  assertEquals([stage.entered(), await queue.qsize(), stage.disposed], [[], 2, wrongs.length]);
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin.reload() refuses while a queue is in use that may lose its jobs", async () => {
  const stage = await Stage.started();
  const queue = await stage.plugin.openQueue("mine", "");
  const error = await assertRejects(() => stage.plugin.reload(stage.source()), NuvomError);
  assertStringIncludes(error.message, 'its queue "mine" is in use and does not promise to keep its jobs');
  await queue.close();
  await stage.plugin.reload(stage.source());
  await stage.plugin.stop();
});

Deno.test("SupervisedPlugin.reload() brings a plugin up that is down, whether it waits, starts or was given up", async () => {
  const waiting = await Stage.started();
  waiting.life.crash();
  waiting.entered();
  await waiting.plugin.reload(waiting.source());
  await waiting.clock.advance(60_000);
  assertEquals([waiting.entered(), waiting.lives.length], [["running 2"], 2]);
  await waiting.plugin.stop();

  const starting = await Stage.started();
  starting.prepare = (life) => life.start = () => new Promise(() => {});
  starting.life.crash();
  await starting.clock.advance(200);
  starting.prepare = () => {};
  await starting.plugin.reload(starting.source());
  assertEquals([starting.entered().at(-1), starting.lives[1]!.asked], ["running 3", ["idle", "stop"]]);
  await starting.plugin.stop();

  const failed = await Stage.started({ max: 0, withinMs: 1_000 });
  failed.life.crash();
  await failed.plugin.reload(failed.source());
  assertEquals(failed.entered().at(-1), "running 2");
  await failed.plugin.stop();
});
