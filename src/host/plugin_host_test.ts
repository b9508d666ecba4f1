import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type NewJob, NuvomError } from "../core/mod.ts";
import { errorOf, TestSite, tracing } from "./testdata/test_site.ts";

const MY_QUEUE = `
import { BaseJobQueue, type JobRecord, registerQueueBackend } from "nuvom";

class MyQueue extends BaseJobQueue {
  #jobs: JobRecord[] = [];
  enqueue(job: JobRecord) { this.#jobs.push(job); }
  dequeue() { return this.#jobs.shift() ?? null; }
  popBatch(size: number) { return this.#jobs.splice(0, size); }
  qsize() { return this.#jobs.length; }
  clear() { this.#jobs = []; }
}

export class MyPlugin {
  name = "my_queue";
  provides = ["queue_backend"];
  start() { registerQueueBackend("my_custom_queue", MyQueue); }
  stop() {}
}
`;

function job(id: string): NewJob {
  return {
    id,
    task: "add",
    args: "[1,2]",
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: 1,
    retryDelayMs: 10,
    timeoutMs: 0,
    timeoutPolicy: "fail",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
  };
}

const LEASE = { limit: 10, leaseMs: 60_000, queues: null, waitMs: 0, workerId: "w" };

Deno.test("PluginHost.startBackend() starts the plugin whose queue has only the original's five methods", async () => {
  await using site = await TestSite.with({
    files: { "plugins/other.ts": tracing("other", { provides: '["monitoring"]' }), "plugins/my_queue.ts": MY_QUEUE },
    plugins: { "plugins/other.ts": ["monitoring"], "plugins/my_queue.ts#MyPlugin": ["queue_backend"] },
  });
  const host = await site.open();
  assertEquals(await host.queueBackend("my_custom_queue"), null);
  await host.startBackend("queue_backend", "my_custom_queue");
  assertEquals(host.backendNames("queue_backend"), ["my_custom_queue"]);
  assertEquals(site.states, ["my_queue starting", "my_queue running"]);

  const queue = (await host.queueBackend("my_custom_queue"))!;
  assertEquals(await queue.enqueue([job("1"), job("2")]), [
    { id: "1", duplicate: false },
    { id: "2", duplicate: false },
  ]);
  assertEquals([await queue.qsize(), await queue.qsize("default"), await queue.qsize("else")], [2, 2, 0]);
  const leased = await queue.lease(LEASE);
  assertEquals(leased.map(({ id, args, state, attempts }) => [id, args, state, attempts]), [
    ["1", "[1,2]", "RUNNING", 1],
    ["2", "[1,2]", "RUNNING", 1],
  ]);
  const [first, second] = leased;
  assertEquals(
    await queue.settle([
      { id: "1", token: first!.token, action: "succeed", result: "3" },
      { id: "2", token: second!.token, action: "release" },
    ]),
    ["settled", "settled"],
  );
  assertEquals(await queue.settle([{ id: "1", token: first!.token, action: "release" }]), ["stale"]);
  assertEquals((await queue.lease(LEASE)).map(({ id }) => id), ["2"]);
  assertEquals(await queue.clear(), 0);
  await queue.close();
  await queue.close();
  await host.stopAll();
  assertEquals(site.states.slice(2), ["my_queue stopping", "my_queue stopped"]);
});

Deno.test("PluginHost.startBackend() remembers which plugin it was, and starts what that one requires", async () => {
  const register = (name: string) => `context.registerQueueBackend(${JSON.stringify(name)}, () => ({}));`;
  const queues = (name: string, requires = "[]") =>
    tracing(name, { provides: '["queue_backend"]', requires, start: register(`${name}_queue`) });
  await using site = await TestSite.with({
    files: { "a.ts": queues("a"), "b.ts": queues("b", '["c"]'), "c.ts": tracing("c"), "d.ts": tracing("d") },
  });
  const started = () => site.states.splice(0).filter((line) => line.endsWith("running"));
  const first = await site.open();
  await first.startBackend("queue_backend", "b_queue");
  assertEquals(started(), ["a running", "c running", "b running"]);
  await first.startBackend("queue_backend", "b_queue");
  assertEquals(started(), []);
  await first.stopAll();
  site.states.length = 0;

  await (await site.open()).startBackend("queue_backend", "b_queue");
  assertEquals(started(), ["c running", "b running"]);

  await site.write("b.ts", queues("b", '["c"]').replace("b_queue", "other"));
  const third = await site.open();
  await third.startBackend("queue_backend", "b_queue");
  assertEquals(started(), ["a running", "c running", "b running"]);
  assertEquals(third.backendNames("queue_backend"), ["a_queue", "other"]);
});

Deno.test("PluginHost.startAll() starts in the order of requires, stopAll() stops in reverse, once", async () => {
  await using site = await TestSite.with({
    files: { "a.ts": tracing("a", { requires: '["c"]' }), "b.ts": tracing("b"), "c.ts": tracing("c") },
  });
  const host = await site.open();
  await Promise.all([host.startAll(), host.startAll()]);
  await Promise.all([host.stopAll(), host.stopAll()]);
  await host.stopAll();
  const said = site.lines.filter((line) => line.startsWith("info"));
  assertEquals(said.map((line) => line.split(": ")[1]), [
    "c.start",
    "a.start",
    "b.start",
    "b.stop",
    "a.stop",
    "c.stop",
  ]);
  assertEquals((await errorOf(host.startAll())).code, "NUVOM_PLUGIN_STATE");
});

Deno.test("PluginHost.startAll() makes plugins ready ahead of their turn, and still starts them in order", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(globalThis, { readyAhead: promise });
  await using site = await TestSite.with({
    files: {
      // Inline, where it has the globals of this test.
      "a.ts": tracing("a", { start: "await (globalThis as any).readyAhead; log.info('a.end');" }),
      "b.ts": tracing("b"),
      "c.ts": tracing("c"),
    },
    sections: { a: { isolation: "inline", startTimeoutMs: 20_000 } },
  });
  const host = await site.open();
  site.bus.on("realm.opened", ({ realm }) => realm === 'plugin "c"' && resolve());
  await host.startAll();
  assertEquals(site.lines.flatMap((line) => line.match(/[abc]\.(start|end)/)?.[0] ?? []), [
    "a.start",
    "a.end",
    "b.start",
    "c.start",
  ]);
  await host.stopAll();
});

Deno.test("PluginHost.startAll() starts inline plugins that register by the functions of the sdk, each for itself", async () => {
  await using site = await TestSite.with({
    files: {
      "a.ts": MY_QUEUE,
      "b.ts": MY_QUEUE.replace("my_queue", "other_queue").replace("my_custom_queue", "my_other_queue"),
    },
    plugins: { "a.ts#MyPlugin": ["queue_backend"], "b.ts#MyPlugin": ["queue_backend"] },
    sections: { my_queue: { isolation: "inline" }, other_queue: { isolation: "inline" } },
  });
  const host = await site.open();
  await host.startAll();
  assertEquals(host.backendNames("queue_backend"), ["my_custom_queue", "my_other_queue"]);
  await host.stopAll();
});

Deno.test("PluginHost.stopAll() does not wait for an import that hangs", async () => {
  await using site = await TestSite.with({
    // Without its grant, where it is only asked what it is, its import ends.
    files: {
      "a.ts": `${tracing("a")}
        let granted = true;
        try { Deno.hostname(); } catch { granted = false; }
        if (granted) await new Promise(() => console.log("hangs"));`,
    },
    sections: { a: { startTimeoutMs: 60_000, permissions: { sys: ["hostname"] } } },
  });
  const host = await site.open();
  const hanging = site.next("plugin.output");
  const starting = errorOf(host.startAll());
  await hanging;
  const from = performance.now();
  await host.stopAll();
  assert(performance.now() - from < 30_000, "it waited for the import");
  assertEquals((await starting).code, "NUVOM_PLUGIN_IMPORT");
});

Deno.test("PluginHost.startAll() stops what was started, in reverse, when one fails", async () => {
  await using site = await TestSite.with({
    files: {
      "a.ts": tracing("a"),
      "b.ts": tracing("b", { stop: 'throw new Error("b can not stop");' }),
      "plugins/c.ts": tracing("c", { start: "const far: number = 3;\n    throw new RangeError('too far');" }),
      "d.ts": tracing("d"),
    },
  });
  const host = await site.open();
  const error = await errorOf(host.startAll());
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_START", 3]);
  assertEquals(
    error.message,
    'The plugin "c" could not be started: too far (./plugins/c.ts:13:11). ' +
      "Mend the plugin or its settings; nothing was left running.",
  );
  assertEquals((error.cause as Error).name, "RangeError");
  assertEquals(site.states, [
    "a starting",
    "a running",
    "b starting",
    "b running",
    "c starting",
    "c failed NUVOM_PLUGIN_START",
    "b stopping",
    "b stopped",
    "a stopping",
    "a stopped",
  ]);
  const failure = site.lines.find((line) => line.includes("b can not stop"))!;
  assertStringIncludes(failure, 'error plugin.b: The plugin "b" failed in stop(): b can not stop (./b.ts:');
});

Deno.test("PluginHost.startAll() goes on without optional plugins, and without those that require one", async () => {
  await using site = await TestSite.with({
    files: {
      "a.ts": tracing("a", { start: 'throw new Error("no");' }),
      "b.ts": tracing("b", { requires: '["a"]' }),
      "c.ts": tracing("c"),
      "broken.ts": "this is no module",
      "lacking.ts": tracing("lacking", { extra: 'permissions: { net: ["example.com"] },' }),
    },
    sections: {
      a: { optional: true },
      b: { optional: true },
      lacking: { optional: true },
      "the-broken": { optional: true, source: "set below" },
    },
  });
  const broken = site.manifest.plugins.find(({ specifier }) => specifier === "broken.ts")!;
  (site.manifest.sections as Map<string, unknown>).set("the-broken", {
    ...site.manifest.sections.get("the-broken"),
    source: broken.module,
  });
  await (await site.open()).startAll();
  assertEquals(site.states, [
    "the-broken failed NUVOM_LOADER_SYNTAX",
    "lacking failed NUVOM_PLUGIN_PERMISSION",
    "a starting",
    "a failed NUVOM_PLUGIN_START",
    "b failed NUVOM_PLUGIN_REQUIRES",
    "c starting",
    "c running",
  ]);
  assertEquals(site.lines.filter((line) => line.startsWith("warn")), [
    "warn plugin.the-broken: The plugin broken.ts is optional: the others go on without it.",
    "warn plugin.lacking: The plugin lacking.ts is optional: the others go on without it.",
    "warn plugin.a: The plugin a.ts is optional: the others go on without it.",
    "warn plugin.b: The plugin b.ts is optional: the others go on without it.",
  ]);
});

Deno.test("PluginHost.startAll() fails when what is required was left out", async () => {
  await using site = await TestSite.with({
    files: { "a.ts": tracing("a", { start: 'throw new Error("no");' }), "b.ts": tracing("b", { requires: '["a"]' }) },
    sections: { a: { optional: true } },
  });
  const error = await errorOf((await site.open()).startAll());
  assertEquals(error.code, "NUVOM_PLUGIN_REQUIRES");
  assertStringIncludes(error.message, 'The plugin "b" requires "a", which was left out');
});

Deno.test("PluginHost.stopAll() breaks a start off that is going on", async () => {
  await using site = await TestSite.with({
    files: { "a.ts": tracing("a"), "b.ts": tracing("b", { start: "await new Promise(() => {});" }) },
  });
  const host = await site.open();
  const starting = errorOf(host.startAll());
  await site.heard("b.start");
  await host.stopAll();
  assertEquals((await starting).code, "NUVOM_PLUGIN_START");
  assertEquals(site.states.slice(-3), ["b failed NUVOM_PLUGIN_START", "a stopping", "a stopped"]);
});

Deno.test("PluginHost refuses a backend that two plugins register, naming both", async () => {
  const start = 'context.registerQueueBackend("mine", () => ({}));';
  const provides = '["queue_backend"]';
  await using site = await TestSite.with({
    files: { "a.ts": tracing("a", { provides, start }), "b.ts": tracing("b", { provides, start }) },
  });
  const error = await errorOf((await site.open()).startAll());
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_REGISTERED_TWICE", 3]);
  assertStringIncludes(error.message, 'The plugins "a" and "b" both register the queue backend "mine".');
  assertEquals(site.states.slice(-4), ["b stopping", "b stopped", "a stopping", "a stopped"]);
});

Deno.test("PluginHost refuses a backend that is called like one of nuvom's own", async () => {
  const start = 'context.registerQueueBackend("sqlite", () => ({}));';
  await using site = await TestSite.with({ files: { "a.ts": tracing("a", { provides: '["queue_backend"]', start }) } });
  const error = await errorOf((await site.open()).startAll());
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_REGISTERED_TWICE", 3]);
  assertStringIncludes(error.message, 'The plugin "a" registers the queue backend "sqlite", which is one of nuvom\'s');
});

Deno.test("PluginHost answers what plugins ask: metrics, enqueue, wait", async () => {
  const seen: unknown[] = [];
  const answer = { state: "SUCCESS", result: "3", error: null } as const;
  await using site = await TestSite.with({
    files: {
      "a.ts": `
        import { task } from "nuvom";
        const add = task({ name: "add" }, (a: number, b: number) => a + b);
        export default {
          name: "a",
          provides: ["monitoring"],
          async start(_settings, { metrics, log }) {
            log.info("asked", { metrics: await metrics() });
            const handle = await add.delay(1, 2);
            log.info("job", { id: handle.id, result: await handle.result({ timeout: 500 }) });
          },
          stop() {},
        };`,
    },
    answers: {
      metrics: () => Promise.resolve({ at: 5, families: [] }),
      client: {
        enqueue: (orders) => (seen.push(orders.map(({ task, args }) => [task.name, args])), Promise.resolve(["job-1"])),
        wait: (id, timeoutMs) => (seen.push([id, Math.ceil(timeoutMs)]), Promise.resolve(answer)),
      },
    },
  });
  const fields: unknown[] = [];
  site.bus.on("log", (event) => fields.push(event.fields));
  await (await site.open()).startAll();
  assertEquals(seen, [[["add", "[1,2]"]], ["job-1", 500]]);
  assertEquals(fields, [{ metrics: { at: 5, families: [] } }, { id: "job-1", result: 3 }]);
});

Deno.test("PluginHost.metricsProviders() collect what plugins add, and refuse what is no metric", async () => {
  const gauge = '{ name: "x_jobs", help: "Jobs.", type: "gauge", samples: [{ labels: { a: "b" }, value: 2 }] }';
  const register = (family: string) => `context.registerMetricsProvider(() => [${family}]);`;
  await using site = await TestSite.with({
    files: {
      "a.ts": tracing("a", { start: register(gauge) + register(gauge.replace("x_jobs", "y_jobs")) }),
      "b.ts": tracing("b"),
      "c.ts": tracing("c", { start: register('{ name: "bad name", help: "", type: "gauge", samples: [] }') }),
    },
  });
  const host = await site.open();
  await host.startAll();
  const [a, b, c] = host.metricsProviders().values();
  assertEquals((await a!()).map(({ name, samples }) => [name, samples]), [
    ["x_jobs", [{ labels: { a: "b" }, value: 2 }]],
    ["y_jobs", [{ labels: { a: "b" }, value: 2 }]],
  ]);
  assertEquals(await b!(), []);
  const error = await errorOf(c!());
  assertEquals(error.code, "NUVOM_PLUGIN_ANSWER");
  assertStringIncludes(error.message, "[0].name is not a name for a metric");
});

Deno.test("PluginHost tells hooks what happens to jobs, and flushes them before it stops", async () => {
  await using site = await TestSite.with({
    files: {
      "a.ts": tracing("a", {
        provides: '["lifecycle_hook"]',
        start: `context.registerHook({
          tasks: ["add"],
          beforeJob: (events) => log.info("before " + events.map(({ job }) => job.id)),
          workerStop: ({ workerId }) => log.info("worker " + workerId),
        });`,
      }),
    },
  });
  const host = await site.open();
  await host.startAll();
  const leased = { ...job("1"), state: "RUNNING", token: "secret" };
  site.bus.emit("attempts.started", {
    jobs: [leased, { ...leased, id: "2", task: "other" }] as never,
    waitedMs: [0, 0],
  });
  site.bus.emit("worker.stopped", { workerId: "w", completed: 0, released: 0 });
  await host.stopAll();
  const said = site.lines.filter((line) => line.startsWith("info")).map((line) => line.split(": ")[1]);
  assertEquals(said, ["a.start", "before 1", "worker w", "a.stop"]);
});

Deno.test("PluginHost takes registrations after the start, and logs those that it can't take", async () => {
  await using site = await TestSite.with({
    files: {
      "a.ts": tracing("a", {
        provides: '["queue_backend"]',
        start: `
          context.registerQueueBackend("early", () => ({}));
          setTimeout(() => {
            context.registerQueueBackend("late", () => ({}));
            context.registerHook({ beforeJob() {} });
            log.info("registered");
          }, 20);`,
      }),
    },
  });
  const host = await site.open();
  await host.startAll();
  await site.heard("registered");
  assertEquals(host.backendNames("queue_backend"), ["early", "late"]);
  const refused = site.lines.find((line) => line.startsWith("error"))!;
  assertStringIncludes(refused, 'The plugin "a" registers the hook "a", but does not provide lifecycle_hook.');
});

Deno.test("PluginHost.load() gives a plugin by name, by what the manifest writes, or by path", async () => {
  await using site = await TestSite.with({
    files: {
      "plugins/a.ts": tracing("a"),
      "loose/b.ts": tracing("b"),
      "loose/thief.ts": tracing("a"),
    },
    plugins: { "plugins/a.ts#default": [] },
  });
  const host = await site.open();
  for (const target of ["a", "plugins/a.ts#default", "./plugins/a.ts"]) {
    assertEquals((await host.load(target)).entry, site.manifest.plugins[0]);
  }
  const b = await host.load("./loose/b.ts");
  assertEquals([b.metadata.name, b.isolation, b.grant], ["b", "worker", {}]);
  assertEquals(await b.start(), []);
  assertEquals((await errorOf(b.start())).code, "NUVOM_PLUGIN_STATE");
  await b.health();

  const unknown = await errorOf(host.load("aa"));
  assertEquals([unknown.code, unknown.exitCode], ["NUVOM_PLUGIN_UNKNOWN", 4]);
  assertStringIncludes(unknown.message, 'Did you mean "a"?');
  assertEquals((await errorOf(host.load("./loose/thief.ts"))).code, "NUVOM_PLUGIN_NAME");
  assertEquals((await errorOf(host.load("./loose/none.ts"))).code, "NUVOM_LOADER_NOT_FOUND");

  await host.stopAll();
  assertEquals(site.states.slice(-2), ["b stopping", "b stopped"]);
});

Deno.test("PluginHost.load() gives a plugin although another one is broken", async () => {
  await using site = await TestSite.with({ files: { "a.ts": "throw new Error('broken');", "b.ts": tracing("b") } });
  const host = await site.open();
  assertEquals((await host.load("b")).metadata.name, "b");
  assertEquals((await errorOf(host.startAll())).code, "NUVOM_PLUGIN_IMPORT");
});

Deno.test("PluginHost.load() takes a file outside of the project as a project of its own", async () => {
  await using site = await TestSite.with({ files: {} });
  await using other = await TestSite.with({
    files: {
      "x.ts": `import { plugin } from "./lib.ts"; export default plugin;`,
      "lib.ts": tracing("x").replace("export default", "export const plugin ="),
    },
  });
  const plugin = await (await site.open()).load(`${other.folder}/x.ts`);
  await plugin.start();
  assertEquals(plugin.metadata.name, "x");
  await other.write("x.ts", `import "${site.folder}/y.ts";`);
  assert((await errorOf((await site.open()).load(`${other.folder}/x.ts`))) instanceof NuvomError);
});
