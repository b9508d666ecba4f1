import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ErrorData } from "../core/mod.ts";
import { loadSettings } from "../settings/mod.ts";
import { unknownMethod } from "../sandbox/mod.ts";
import { TaskModules } from "./task_modules.ts";
import { TestProject } from "./testing.ts";

const MANIFEST = '[tasks]\nmodules = ["./tasks/**/*.ts"]\n';
const ADD = `import { task } from "nuvom";
import { plus } from "../lib/plus.ts";
export const add = task({ name: "add", retries: 2, timeout: "5s" }, (a: number, b: number) => plus(a, b));
`;
const FILES = { "tasks/add.ts": ADD, "lib/plus.ts": "export const plus = (a: number, b: number) => a + b;\n" };

/** Answers nothing: importing a task module asks for nothing. */
const DEAF = { call: (method: string) => Promise.reject(unknownMethod(method)), note() {}, output() {} };

/** The task modules of a project, as one command sees them. */
async function withTasks<T>(project: TestProject, use: (tasks: TaskModules) => Promise<T>): Promise<T> {
  const settings = loadSettings({ cwd: project.folder, env: {} });
  const tasks = new TaskModules(await project.manifest(), settings);
  try {
    return await use(tasks);
  } finally {
    await tasks.dispose();
  }
}

function cached(project: TestProject) {
  return withTasks(project, (tasks) => tasks.cached());
}

function discover(project: TestProject) {
  return withTasks(project, (tasks) => tasks.discover(DEAF));
}

async function refusal(
  task: string,
  manifest = MANIFEST,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using project = await TestProject.with(manifest, { "tasks/x.ts": task, ...more });
  return await project.refusal(() => discover(project));
}

Deno.test("TaskModules.discover() lists the tasks and keeps the list until a file changes", async () => {
  await using project = await TestProject.with(MANIFEST, FILES);
  assertEquals(await cached(project), null);
  const found = await discover(project);
  assertEquals(found, [{
    name: "add",
    retries: 2,
    retryDelayMs: null,
    timeoutMs: 5_000,
    timeoutPolicy: null,
    queue: "default",
    priority: 0,
    storeResult: true,
    source: `file://${project.folder}/tasks/add.ts`,
    exportName: "add",
  }]);
  assertEquals(await cached(project), found);

  await project.write("lib/plus.ts", "export const plus = (a: number, b: number) => b + a;\n");
  assertEquals(await cached(project), null);
  await discover(project);
  assertEquals(await cached(project), found);

  await project.write(
    "tasks/more.ts",
    'import { task } from "nuvom";\nexport const sub = task({ name: "sub" }, () => 1);\n',
  );
  assertEquals(await cached(project), null);
  assertEquals((await discover(project)).map(({ name }) => name), ["add", "sub"]);
});

Deno.test("TaskModules.openExecutor() writes the modules again when something has taken their files", async () => {
  await using project = await TestProject.with(MANIFEST, FILES);
  await withTasks(project, async (tasks) => {
    const folders = new Set<string>();
    for (
      const take of [async (file: string) => await Deno.remove(file), (file: string) => removeFolderOf(file), null]
    ) {
      const [entry] = await tasks.entries();
      folders.add(entry!.file);
      const realm = await tasks.openExecutor(DEAF, 0);
      const found = await realm.call("executor.load", { entries: [entry!], concurrency: 1 }, { timeoutMs: 20_000 });
      assertEquals(found.map(({ name }) => name), ["add"]);
      await realm.stop(1_000);
      await take?.(fileOf(entry!.file));
    }
    assertEquals(folders.size, 3);
    const [oldest] = folders;
    assertStringIncludes(tasks.mapStack(`at ${oldest}:1:1`), `${project.folder}/tasks/add.ts`);
  });
});

const fileOf = (url: string) => decodeURIComponent(new URL(url).pathname);

async function removeFolderOf(file: string): Promise<void> {
  await Deno.remove(file.slice(0, file.lastIndexOf("/")), { recursive: true });
}

Deno.test("TaskModules.cached() takes no list that is torn, foreign or of another version", async () => {
  await using project = await TestProject.with(MANIFEST, FILES);
  const [path, found] = await withTasks(project, async (tasks) => [tasks.cachePath, await tasks.discover(DEAF)]);
  const text = await Deno.readTextFile(path);
  const change = (from: string, to: string) => {
    assert(text.includes(from), from);
    return text.replace(from, to);
  };
  const bad = [
    text.slice(0, -10),
    "null",
    "{}",
    change('"version": "1"', '"version": "0"'),
    change('"retries": 2', '"retries": "2"'),
    text.replace(/"files": \[[^]*?\]/, '"files": []'),
    change(`"entries": [\n      "file://${project.folder}/tasks/add.ts"`, '"entries": [\n      "file:///x.ts"'),
  ];
  for (const each of bad) {
    await Deno.writeTextFile(path, each);
    assertEquals(await cached(project), null, each.slice(0, 80));
  }
  await Deno.writeTextFile(path, text);
  assertEquals(await cached(project), found);
});

Deno.test("TaskModules.discover() works where nothing can be written, and where there are no tasks", async () => {
  await using project = await TestProject.with(MANIFEST, { ...FILES, ".nuvom": "a file is in the way" });
  assertEquals((await discover(project)).length, 1);
  await using empty = await TestProject.with(MANIFEST);
  assertEquals(await discover(empty), []);
  assertEquals(await cached(empty), []);
});

Deno.test("TaskModules.discover() says where a module failed", async () => {
  assertEquals(
    await refusal('export const a: number = 1;\n\nthrow new Error("boom.");\n'),
    "NUVOM_TASK_MODULE 3: A task module could not be imported: boom (./tasks/x.ts:3:7). " +
      "Mend the module, or take it out of [tasks] modules.",
  );
  const options = await refusal(
    'import { task } from "nuvom";\nexport const a = task({ name: "a", retries: -1 }, () => 1);\n',
  );
  assertStringIncludes(
    options,
    "NUVOM_TASK_OPTIONS 3: The task module file:///project/tasks/x.ts could not be imported:",
  );
  const twice = await refusal(ADD, MANIFEST, FILES);
  assertStringIncludes(
    twice,
    'NUVOM_TASK_DUPLICATE 3: The task "add" is defined in file:///project/tasks/add.ts and in ',
  );
});

Deno.test("TaskModules.discover() shows the permission that an import lacks", async () => {
  const manifest = `${MANIFEST}permissions = { net = ["a.example.com"], read = ["./lib"] }\n`;
  assertEquals(
    await refusal('await Deno.readTextFile(new URL("file:///etc/hostname"));\n', manifest),
    'NUVOM_TASK_PERMISSION 3: A task module was refused read access to "/etc/hostname" while it was imported ' +
      "(./tasks/x.ts:1:12). To grant it, write permissions = " +
      '{ read = ["./lib", "/etc/hostname"], net = ["a.example.com"] } under [tasks] in /project/.nuvom_plugins.toml.',
  );
});

Deno.test("TaskModules.explain() shows the permission that a handler lacks, also as a cause, and leaves the rest", async () => {
  await using project = await TestProject.with(`${MANIFEST}permissions = { net = ["a.example.com"] }\n`);
  const modules = new TaskModules(await project.manifest(), loadSettings({ cwd: project.folder, env: {} }));
  const refused: ErrorData = {
    name: "NotCapable",
    message: 'Requires net access to "b.example.com:443", run again with the --allow-net flag',
    stack: `NotCapable\n    at handler (file://${project.folder}/tasks/x.ts:3:7)`,
  };
  for (const error of [refused, { name: "Error", message: "no connection", cause: refused }]) {
    const { code, message, cause } = modules.explain("fetch", error);
    assertEquals(code, "NUVOM_TASK_PERMISSION");
    assertEquals(
      message,
      'The task "fetch" was refused net access to "b.example.com:443" (./tasks/x.ts:3:7). To grant it, write ' +
        `permissions = { net = ["a.example.com", "b.example.com:443"] } under [tasks] in ${project.path}.`,
    );
    assertEquals(cause?.message, error.message);
  }
  const other = { name: "Error", message: "no such row" };
  assertEquals(modules.explain("fetch", other), other);
});

Deno.test("TaskModules.discover() gives a module the variables that its grant covers", async () => {
  await using project = await TestProject.with(`${MANIFEST}permissions = { env = ["MINE"] }\n`, {
    ".env": "MINE=yes\nOTHER=no\n",
    "tasks/x.ts": 'import { task } from "nuvom";\n' +
      'export const x = task({ name: `x-${Deno.env.get("MINE")}-${Deno.env.get("OTHER")}` }, () => 1);\n',
  });
  assertEquals((await discover(project)).map(({ name }) => name), ["x-yes-undefined"]);
});
