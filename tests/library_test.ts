/** nuvom as a library: an application enqueues, works and waits without the command line. @module */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { configure, type LogRecord, reset } from "@logtape/logtape";
import { EventBus, loadSettings, NuvomError, openEngine } from "@nuvom/nuvom";
import { task } from "nuvom";

/** The application's own import of the task; the project's module of the same text is what executors run. */
const add = task({ name: "add", retries: 1, retryDelay: 0 }, (a: number, b: number) => a + b);
const MODULE = `import { jobContext, task } from "nuvom";
export const add = task({ name: "add", retries: 1, retryDelay: 0 }, (a, b) => {
  if (jobContext().attempt === 1 && a < 0) throw new Error("negative");
  return a + b;
});
export const sum = task({ name: "sum" }, async (list) => {
  const jobs = await add.map(list.map((n) => [n, 1]));
  return (await Promise.all(jobs.map((job) => job.result()))).reduce((a, b) => a + b);
});
`;

for (const backend of ["memory", "sqlite"]) {
  Deno.test(`an application runs jobs in its own process, on ${backend}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "nuvom_library_" });
    try {
      await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, '[tasks]\nmodules = ["./tasks.js"]\n');
      await Deno.writeTextFile(`${folder}/tasks.js`, MODULE);
      const env = { NUVOM_QUEUE_BACKEND: backend, NUVOM_RESULT_BACKEND: backend, NUVOM_CACHE_DIR: `${folder}/cache` };
      await using engine = await openEngine({ settings: loadSettings({ cwd: folder, env }) });
      const early = await add.delay(1, 2);
      const worker = await engine.worker();
      await worker.start();
      assertEquals(await early.result({ timeout: "20s" }), 3);
      const many = await add.map([[1, 1], [-2, 2], [3, 3]]);
      assertEquals(await Promise.all(many.map((job) => job.result({ timeout: "20s" }))), [2, 0, 6]);
      const sum = task({ name: "sum" }, (list: number[]) => list.length);
      assertEquals(await (await sum.delay([1, 2, 3])).result({ timeout: "20s" }), 9);
      const client = await engine.client();
      assertEquals((await client.status(many[1]!.id))?.errors.map(({ error }) => error.message), ["negative"]);
      await worker.drained();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    const error = await assertRejects(() => add.delay(1, 2), NuvomError);
    assertEquals(error.code, "NUVOM_NO_CLIENT");
  });
}

Deno.test("a worker in an application stops with the block that it is used in: what runs ends, the rest goes back", async () => {
  const folder = await Deno.makeTempDir({ prefix: "nuvom_library_" });
  try {
    await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, '[tasks]\nmodules = ["./tasks.js"]\n');
    await Deno.writeTextFile(
      `${folder}/tasks.js`,
      `import { task } from "nuvom";
       export const nap = task({ name: "nap" }, (ms) => new Promise((resolve) => setTimeout(resolve, ms, "slept")));`,
    );
    const env = { NUVOM_CACHE_DIR: `${folder}/cache`, NUVOM_MAX_WORKERS: "1", NUVOM_CONCURRENCY: "2" };
    await using engine = await openEngine({ settings: loadSettings({ cwd: folder, env }) });
    const nap = task({ name: "nap" }, (_ms: number) => "");
    const client = await engine.client();
    const jobs = await nap.map([[400], [400], [400], [400]]);
    {
      await using worker = await engine.worker();
      const started = Promise.withResolvers<void>();
      engine.bus.on("attempts.started", () => started.resolve());
      await worker.start();
      await started.promise;
    }
    const states = await Promise.all(jobs.map(async ({ id }) => (await client.status(id))!));
    assertEquals(states.map(({ state }) => state).filter((state) => state === "RUNNING"), []);
    assertEquals(states.filter(({ state }) => state === "SUCCESS").length >= 1, true);
    assertEquals(states.filter(({ state }) => state === "PENDING").every(({ attempts }) => attempts === 0), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an engine that is closed leaves the tasks of another one alone, and what could not be opened is tried again", async () => {
  const folder = await Deno.makeTempDir({ prefix: "nuvom_library_" });
  try {
    await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, '[tasks]\nmodules = ["./tasks.js"]\n');
    await Deno.writeTextFile(`${folder}/tasks.js`, MODULE);
    await Deno.mkdir(`${folder}/.nuvom`);
    await Deno.writeTextFile(`${folder}/.nuvom/nuvom.db`, "no database, and long enough to have a header\n".repeat(50));
    const settings = loadSettings({ cwd: folder, env: { NUVOM_CACHE_DIR: `${folder}/cache` } });
    const first = await openEngine({ settings });
    await using second = await openEngine({ settings });
    await first.close();
    assertEquals((await assertRejects(() => add.delay(1, 2), NuvomError)).code, "NUVOM_SQLITE_CORRUPT");
    await Deno.remove(`${folder}/.nuvom/nuvom.db`);
    const { id } = await add.delay(1, 2);
    assertEquals((await (await second.client()).status(id))?.state, "PENDING");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an error that nobody caught in a task names the file that was written", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom_library_" }));
  try {
    await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, '[tasks]\nmodules = ["./tasks.js"]\n');
    await Deno.writeTextFile(
      `${folder}/tasks.js`,
      `import { task } from "nuvom";
       export const later = task({ name: "later" }, () => void setTimeout(() => { throw new Error("too late"); }, 0));`,
    );
    const settings = loadSettings({ cwd: folder, env: { NUVOM_CACHE_DIR: `${folder}/cache` } });
    await using engine = await openEngine({ settings });
    const logged = Promise.withResolvers<unknown>();
    engine.bus.on("log", ({ fields }) => fields?.error !== undefined && logged.resolve(fields.error));
    await (await engine.worker()).start();
    await task({ name: "later" }, () => {}).delay();
    const { stack } = await logged.promise as { stack: string };
    assertStringIncludes(stack, `${folder}/tasks.js:2:`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("engines log as the application has configured it, and configure nothing themselves", async () => {
  const folder = await Deno.makeTempDir({ prefix: "nuvom_library_" });
  const records: LogRecord[] = [];
  try {
    await Deno.writeTextFile(`${folder}/.nuvom_plugins.toml`, "");
    const settings = loadSettings({ cwd: folder, env: { NUVOM_CACHE_DIR: `${folder}/cache` } });
    const quiet = await openEngine({ settings });
    quiet.bus.emit("log", { level: "error", category: "worker", message: "nobody listens" });
    await configure({
      sinks: { records: (record) => records.push(record) },
      loggers: [
        { category: ["nuvom"], sinks: ["records"] },
        { category: ["nuvom", "job"], lowestLevel: "error" },
        { category: ["logtape", "meta"], lowestLevel: "error" },
      ],
    });
    const buses = [new EventBus(), new EventBus()];
    const engines = await Promise.all(buses.map((bus) => openEngine({ settings, bus })));
    for (const [index, bus] of buses.entries()) {
      bus.emit("log", { level: "info", category: "worker", message: `{of} ${index}`, fields: { index } });
      bus.emit("log", { level: "info", category: "job", message: "left out by the application" });
      bus.emit("log", { level: "debug", category: "worker", message: "left out by NUVOM_LOG_LEVEL" });
      await engines[index]!.close();
      bus.emit("log", { level: "info", category: "worker", message: "after its end" });
    }
    await quiet.close();
    assertEquals(records.map(({ category, message, properties }) => [category, message, properties]), [
      [["nuvom", "worker"], ["{of} 0"], { index: 0 }],
      [["nuvom", "worker"], ["{of} 1"], { index: 1 }],
    ]);
  } finally {
    await reset();
    await Deno.remove(folder, { recursive: true });
  }
});
