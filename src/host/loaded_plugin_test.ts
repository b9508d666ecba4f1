import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { Isolation } from "../sandbox/mod.ts";
import type { LoadedPlugin } from "./mod.ts";
import { errorOf, TestSite, tracing } from "./testdata/test_site.ts";

const HOG = "const hog = []; while (true) hog.push(new Uint8Array(1 << 20).fill(1));";
const SHORT = { NUVOM_PLUGIN_STOP_TIMEOUT_SECS: "0.3", NUVOM_PLUGIN_CALL_TIMEOUT_SECS: "20" };

/** The only plugin of a project, started. */
async function started(site: TestSite): Promise<LoadedPlugin> {
  const plugin = await (await site.open()).load("x");
  await plugin.start();
  return plugin;
}

for (const isolation of ["process", "worker", "inline"] as const satisfies Isolation[]) {
  Deno.test(`LoadedPlugin starts and stops, with its settings and nothing that was not granted: ${isolation}`, async () => {
    const start = `
      log.info(JSON.stringify(settings));
      log.info([process.env.GRANTED, process.env.SECRET].join(" "));
      context.signal.addEventListener("abort", () => log.info("aborted"));
    `;
    await using site = await TestSite.with({
      files: { "x.ts": `import process from "node:process";\n${tracing("x", { start })}` },
      sections: {
        x: {
          isolation,
          permissions: { env: ["GRANTED"] },
          settings: { port: { kind: "value", value: 9150, place: ".nuvom_plugins.toml:21:3" } },
        },
      },
      env: { GRANTED: "granted", SECRET: "secret", NUVOM_X_HOST: "::1" },
    });
    const plugin = await started(site);
    assertEquals([plugin.isolation, plugin.grant, plugin.settings.values.port], [
      isolation,
      { env: ["GRANTED"] },
      9150,
    ]);
    await plugin.health();
    await plugin.stop();
    await plugin.stop();
    const said = site.lines.filter((line) => line.startsWith("info")).map((line) =>
      line.slice("info plugin.x: ".length)
    );
    assertEquals(said[0], "x.start");
    assertEquals(JSON.parse(said[1]!), { port: 9150, x_host: "::1" });
    assertEquals(said.slice(2), ["granted ", "aborted", "x.stop"]);
    assertEquals(site.states, ["x starting", "x running", "x stopping", "x stopped"]);
    assertEquals((await errorOf(plugin.health())).code, "NUVOM_REALM_GONE");
  });
}

Deno.test("LoadedPlugin.start() has a time limit, and ends a realm that spins", async () => {
  for (
    const [isolation, start] of [["worker", "await new Promise(() => {});"], ["process", "while (true);"]] as const
  ) {
    await using site = await TestSite.with({
      files: { "x.ts": tracing("x", { start }) },
      sections: { x: { isolation, startTimeoutMs: 2_000 } },
    });
    // Once before, so that the limit is not spent on compiling nuvom itself.
    await (await site.open()).stopAll();
    const error = await errorOf(started(site));
    assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_START_TIMEOUT", 3]);
    assertStringIncludes(error.message, 'The start() of the plugin "x" was not done within 2s');
    assertEquals(site.states, ["x starting", "x failed NUVOM_PLUGIN_START_TIMEOUT"]);
  }
});

Deno.test("LoadedPlugin.start() tells of a realm that was over its memory limit", async () => {
  await using site = await TestSite.with({
    files: { "x.ts": tracing("x", { start: HOG }) },
    sections: { x: { isolation: "process", memoryMb: 300 } },
  });
  const error = await errorOf(started(site));
  assertEquals(error.code, "NUVOM_PLUGIN_START");
  assertStringIncludes(error.message, 'The realm of plugin "x" has ended (it was over its memory limit)');
});

Deno.test("LoadedPlugin.start() shows the TOML for a permission that it was refused", async () => {
  await using site = await TestSite.with({
    files: { "x.ts": tracing("x", { start: 'await Deno.readTextFile("/etc/hostname");' }) },
    sections: { x: { permissions: { read: ["/srv/data"] } } },
  });
  const error = await errorOf(started(site));
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_PERMISSION", 3]);
  assertStringIncludes(error.message, 'The plugin "x" was refused read access to "/etc/hostname" in start() (./x.ts:');
  assertStringIncludes(error.message, 'permissions = { read = ["/srv/data", "/etc/hostname"] } under [plugin.x] in ');
});

Deno.test("LoadedPlugin.start() refuses registrations that do not fit what it provides", async () => {
  const queue = 'context.registerQueueBackend("q", () => ({}));';
  const cases: [provides: string, start: string, code: string, message: string][] = [
    ['["queue_backend"]', "", "NUVOM_PLUGIN_PROVIDES", "provides queue_backend, but its start registered none"],
    ['["queue_backend", "result_backend"]', queue, "NUVOM_PLUGIN_PROVIDES", "provides result_backend, but"],
    [
      '["monitoring"]',
      queue,
      "NUVOM_PLUGIN_PROVIDES",
      'registers the queue backend "q", but does not provide queue_backend',
    ],
    ['["queue_backend"]', queue + queue, "NUVOM_PLUGIN_REGISTERED_TWICE", "could not be started: The plugin registers"],
    ['["queue_backend"]', 'context.registerQueueBackend("", () => ({}));', "NUVOM_PLUGIN_ANSWER", "[0].name"],
  ];
  for (const [provides, start, code, message] of cases) {
    await using site = await TestSite.with({ files: { "x.ts": tracing("x", { provides, start }) } });
    const error = await errorOf(started(site));
    assertEquals(error.code, code);
    assertStringIncludes(error.message, message);
  }
});

Deno.test("LoadedPlugin.start() refuses a plugin that says something else of itself than without permissions", async () => {
  const extra = "version: process.env.TRICK,";
  await using site = await TestSite.with({
    files: { "x.ts": `import process from "node:process";\n${tracing("x", { extra })}` },
    sections: { x: { permissions: { env: ["TRICK"] } } },
    env: { TRICK: "2.0.0" },
  });
  const error = await errorOf((await site.open()).startAll());
  assertEquals([error.code, error.exitCode], ["NUVOM_PLUGIN_METADATA", 3]);
  assertEquals(await Array.fromAsync(Deno.readDir(`${site.folder}/cache/plugins`)), []);
});

Deno.test("LoadedPlugin.stop() names the plugin and the calls that never settled, and ends the realm all the same", async () => {
  for (const [isolation, stop] of [["worker", "await new Promise(() => {});"], ["process", "while (true);"]] as const) {
    await using site = await TestSite.with({
      files: { "x.ts": tracing("x", { stop, extra: "health: () => new Promise(() => {})," }) },
      sections: { x: { isolation } },
      env: SHORT,
    });
    const host = await site.open();
    await host.startAll();
    await host.stopAll();
    assertEquals(site.states.slice(-2), ["x stopping", "x stopped"]);

    const plugin = await started(site);
    const health = errorOf(plugin.health());
    const error = await errorOf(plugin.stop());
    assertEquals(error.code, "NUVOM_PLUGIN_STOP_TIMEOUT");
    assertStringIncludes(error.message, "Calls that never settled: health() (for ");
    assertStringIncludes(error.message, "), stop() (for 3");
    assertEquals((await health).code, "NUVOM_REALM_GONE");
    const logged = site.lines.find((line) => line.startsWith("error"))!;
    assertStringIncludes(logged, 'plugin.x: The plugin "x" did not stop within 300ms; its realm was ended.');
  }
});

Deno.test("LoadedPlugin tells when its realm crashes; its calls fail at once and name it", async () => {
  await using site = await TestSite.with({
    files: {
      "x.ts": tracing("x", {
        extra: `health: () => { ${HOG} },`,
      }),
    },
    sections: { x: { isolation: "process", memoryMb: 300 } },
  });
  const host = await site.open();
  const plugin = await host.load("x");
  await plugin.start();
  const crashed = site.next("plugin.state", ({ state }) => state === "crashed");
  const running = errorOf(plugin.health());
  const { error } = await crashed;
  assertEquals(error?.code, "NUVOM_PLUGIN_CRASHED");
  assertStringIncludes(error!.message, 'The realm of the plugin "x" has ended: it was over its memory limit');
  for (const gone of [await running, await errorOf(plugin.health())]) {
    assertEquals(gone.code, "NUVOM_REALM_GONE");
    assertStringIncludes(gone.message, 'The realm of plugin "x" has ended');
  }
  await plugin.stop();
  assertEquals(site.states.at(-1), "x crashed NUVOM_PLUGIN_CRASHED");
});

Deno.test("LoadedPlugin ends a process whose event loop does not answer any more", async () => {
  const spin = "setTimeout(() => { while (true); }, 10);";
  await using site = await TestSite.with({
    files: { "x.ts": tracing("x", { start: spin }) },
    sections: { x: { isolation: "process" } },
  });
  await started(site);
  const { error } = await site.next("plugin.state", ({ state }) => state === "crashed");
  assertEquals(error?.code, "NUVOM_PLUGIN_CRASHED");
  assertStringIncludes(error!.message, "its event loop did not answer for 6s, and it was killed");
});

Deno.test("LoadedPlugin hands on what is printed, logged and not caught, under the plugin's name", async () => {
  await using site = await TestSite.with({
    files: {
      "x.ts": tracing("x", {
        start: `
    console.log("printed");
    log.warn("logged", { a: 1 });
    setTimeout(() => { throw new RangeError("nobody caught me"); }, 1);`,
      }),
    },
  });
  const fields: unknown[] = [];
  site.bus.on("log", (event) => fields.push(event.fields));
  const uncaught = site.next("log", ({ level }) => level === "error");
  await started(site);
  const { category, fields: thrown } = await uncaught;
  assertEquals(category, "plugin.x");
  const { message, stack } = thrown!.error as { message: string; stack: string };
  assertEquals(message, "nobody caught me");
  assertStringIncludes(stack, `${site.manifest.plugins[0]!.module}:15:30`);
  assert(site.lines.includes("stdout x: printed"), site.lines.join("\n"));
  assert(site.lines.includes("warn plugin.x: logged"), site.lines.join("\n"));
  assertEquals(fields[1], { a: 1 });
});

Deno.test("LoadedPlugin.openQueue() refuses a backend without the shape, with exit code 3", async () => {
  const start = `
    context.registerQueueBackend("empty", () => ({}));
    context.registerQueueBackend("throwing", class { constructor() { throw new Error("no database"); } });`;
  await using site = await TestSite.with({ files: { "x.ts": tracing("x", { provides: '["queue_backend"]', start }) } });
  const plugin = await started(site);
  const shapeless = await assertRejects(() => plugin.openQueue("empty", ""), NuvomError);
  assertEquals([shapeless.code, shapeless.exitCode], ["NUVOM_PLUGIN_BACKEND_SHAPE", 3]);
  const throwing = await assertRejects(() => plugin.openQueue("throwing", ""), NuvomError);
  assertEquals(throwing.code, "NUVOM_PLUGIN_CALL");
  assertStringIncludes(throwing.message, 'failed in the opening of its queue backend "throwing": no database (./x.ts:');
  const unregistered = await assertRejects(() => plugin.openResults("none", ""), NuvomError);
  assertEquals(unregistered.code, "NUVOM_PLUGIN_NOT_REGISTERED");
});

Deno.test("LoadedPlugin opens a result backend in the namespace that it is asked for", async () => {
  await using site = await TestSite.with({
    files: {
      "x.ts": tracing("x", {
        provides: '["result_backend"]',
        start: `context.registerResultBackend("kept", ({ namespace }) => {
          const jobs = new Map();
          return {
            store: namespace,
            setResult: async (job) => void jobs.set(job.id, job),
            setError: async (job) => void jobs.set(job.id, job),
            setMany: async (list) => list.forEach((job) => jobs.set(job.id, job)),
            getResult: async (id) => jobs.get(id)?.result,
            getError: async (id) => jobs.get(id)?.error,
            getFull: async (id) => jobs.get(id),
            listJobs: async ({ limit }) => [...jobs.values()].slice(0, limit),
            close: async () => {},
          };
        });`,
      }),
    },
  });
  const results = await (await started(site)).openResults("kept", "test-1");
  assertEquals(results.store, "plugin x: test-1");
  assertEquals([await results.getFull("1"), await results.getResult("1"), await results.listJobs({ limit: 3 })], [
    null,
    null,
    [],
  ]);
  await results.close();
});
