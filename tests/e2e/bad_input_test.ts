/** What the executable says to bad input: one paragraph with code, place and mend, the documented exit code. @module */

import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { Server } from "./server.ts";

interface Case {
  readonly name: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly exitCode: number;
  readonly code: string;
  /** What the paragraph must hold, besides the code. */
  readonly says: readonly string[];
}

const TASKS = {
  "tasks.ts":
    'import { task } from "nuvom"; export const add = task({ name: "add" }, (a: number, b: number) => a + b);',
};
const WORK = ["runworker", "--drain"];

/** A project whose only plugin is this text. */
function withPlugin(text: string, more = ""): Record<string, string> {
  return {
    ...TASKS,
    "p.ts": text,
    ".nuvom_plugins.toml": `[plugins]\nmonitoring = ["./p.ts"]\n${more}\n[tasks]\nmodules = ["./tasks.ts"]\n`,
  };
}

function manifest(text: string): Record<string, string> {
  return { ...TASKS, ".nuvom_plugins.toml": text };
}

const PLAIN = manifest('[tasks]\nmodules = ["./tasks.ts"]\n');
const plugin = (body: string) => `export default { name: "p", provides: ["monitoring"], ${body} };`;

const CASES: readonly Case[] = [
  {
    name: "a manifest that is missing",
    args: WORK,
    exitCode: 3,
    code: "NUVOM_MANIFEST_MISSING",
    says: [".nuvom_plugins.toml", "nuvom init"],
  },
  {
    name: "a manifest that is no TOML",
    files: manifest("[plugins\nx"),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_MANIFEST_SYNTAX",
    says: [".nuvom_plugins.toml:1"],
  },
  {
    name: "a manifest with an unknown key",
    files: manifest('[plugins]\nmonitorin = ["./p.ts"]\n'),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_MANIFEST_KEY",
    says: [".nuvom_plugins.toml:2:1", '"monitoring"'],
  },
  {
    name: "two plugins of one name",
    files: {
      ...withPlugin(plugin("start() {}, stop() {}")),
      "q.ts": plugin("start() {}, stop() {}"),
      ".nuvom_plugins.toml": '[plugins]\nmonitoring = ["./p.ts", "./q.ts"]\n',
    },
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_NAME",
    says: ["./p.ts", "./q.ts", '"p"'],
  },
  {
    name: "a plugin file that is missing",
    files: manifest('[plugins]\nmonitoring = ["./nowhere.ts"]\n'),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_LOADER_NOT_FOUND",
    says: ["nowhere.ts"],
  },
  {
    name: "an export that is missing",
    files: {
      ...withPlugin(""),
      "p.ts": "export const Right = 1;",
      ".nuvom_plugins.toml": '[plugins]\nmonitoring = ["./p.ts#Rihgt"]\n',
    },
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_EXPORT_MISSING",
    says: ["Rihgt", "Right"],
  },
  {
    name: "an export without the shape",
    files: withPlugin('export default { name: "p", provides: ["monitoring"], start() {} };'),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_SHAPE",
    says: ["stop is not a function"],
  },
  {
    name: "another major version of the contract",
    files: withPlugin(plugin('apiVersion: "2.0", start() {}, stop() {}')),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_API",
    says: ["2.0", "1.0"],
  },
  {
    name: "a requirement that nobody provides",
    files: withPlugin(plugin('requires: ["other"], start() {}, stop() {}')),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_REQUIRES",
    says: ['"p"', '"other"'],
  },
  {
    name: "requirements in a circle",
    files: {
      ...withPlugin(plugin('requires: ["q"], start() {}, stop() {}')),
      "q.ts": plugin('requires: ["p"], start() {}, stop() {}').replace('"p"', '"q"'),
      ".nuvom_plugins.toml": '[plugins]\nmonitoring = ["./p.ts", "./q.ts"]\n',
    },
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_REQUIRES",
    says: ["p", "q"],
  },
  {
    name: "a plugin that throws when it is imported",
    files: withPlugin('throw new Error("at import");'),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_IMPORT",
    says: ["at import", "p.ts"],
  },
  {
    name: "a plugin that hangs when it is imported",
    files: withPlugin("while (true);"),
    args: WORK,
    env: { NUVOM_PLUGIN_START_TIMEOUT_SECS: "1" },
    exitCode: 3,
    code: "NUVOM_PLUGIN_START_TIMEOUT",
    says: ["p.ts"],
  },
  {
    name: "a plugin that throws in start",
    files: withPlugin(plugin('start() { throw new Error("no luck"); }, stop() {}')),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_START",
    says: ["no luck", "p.ts:1"],
  },
  {
    name: "a plugin that hangs in start",
    files: withPlugin(plugin("start() { return new Promise(() => {}); }, stop() {}")),
    args: WORK,
    env: { NUVOM_PLUGIN_START_TIMEOUT_SECS: "1" },
    exitCode: 3,
    code: "NUVOM_PLUGIN_START_TIMEOUT",
    says: ['"p"'],
  },
  {
    name: "a permission that was not granted",
    files: withPlugin(plugin('permissions: { net: ["127.0.0.1:9"] }, start() {}, stop() {}')),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_PERMISSION",
    says: ["[plugin.p]", 'net = ["127.0.0.1:9"]'],
  },
  {
    name: "a permission that start needs without having asked",
    files: withPlugin(plugin('start() { Deno.readTextFileSync("/etc/hostname"); }, stop() {}')),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_PLUGIN_PERMISSION",
    says: ["[plugin.p]", 'read = ["/etc/hostname"]'],
  },
  {
    name: "a grant of a misspelt kind",
    files: withPlugin(plugin("start() {}, stop() {}"), "[plugin.p]\npermissions = { nett = [] }\n"),
    args: WORK,
    exitCode: 3,
    code: "NUVOM_MANIFEST_PERMISSION",
    says: ['"net"', ".nuvom_plugins.toml:4"],
  },
  {
    name: "a task that does not exist",
    files: PLAIN,
    args: ["enqueue", "ad"],
    exitCode: 4,
    code: "NUVOM_TASK_UNKNOWN",
    says: ['"add"'],
  },
  {
    name: "arguments that are no JSON",
    files: PLAIN,
    args: ["enqueue", "add", "[1,"],
    exitCode: 2,
    code: "NUVOM_ENQUEUE_ARGS",
    says: ["column 4"],
  },
  {
    name: "a line of a file of jobs that is no JSON",
    files: PLAIN,
    args: ["enqueue", "--from", "-"],
    stdin: '{"task":"add","args":[1,2]}\n{"task":\n',
    exitCode: 2,
    code: "NUVOM_ENQUEUE_LINE",
    says: ["Line 2"],
  },
  {
    name: "an unknown id",
    files: PLAIN,
    args: ["status", "nope"],
    exitCode: 4,
    code: "NUVOM_JOB_UNKNOWN",
    says: ["nope"],
  },
  {
    name: "an unknown plugin",
    files: withPlugin(plugin("start() {}, stop() {}")),
    args: ["plugin", "inspect", "pp"],
    exitCode: 4,
    code: "NUVOM_PLUGIN_UNKNOWN",
    says: ['"p"'],
  },
  {
    name: "an unknown command",
    args: ["enqeue"],
    exitCode: 2,
    code: "NUVOM_CLI_COMMAND",
    says: ["enqueue"],
  },
  {
    name: "an unknown option",
    args: ["runworker", "--drian"],
    exitCode: 2,
    code: "NUVOM_CLI_OPTION",
    says: ["--drain"],
  },
  {
    name: "a setting with a bad value",
    files: PLAIN,
    args: WORK,
    env: { NUVOM_CONCURRENCY: "many" },
    exitCode: 3,
    code: "NUVOM_SETTINGS_INVALID",
    says: ["NUVOM_CONCURRENCY", "environment"],
  },
  {
    name: "a queue backend that nobody registers",
    files: PLAIN,
    args: WORK,
    env: { NUVOM_QUEUE_BACKEND: "sqlit" },
    exitCode: 3,
    code: "NUVOM_BACKEND_UNKNOWN",
    says: ['"sqlite"'],
  },
  {
    name: "a database that is none",
    files: {
      ...PLAIN,
      ".nuvom/nuvom.db": "this is a text, and a rather long one, so that there is a header to be read\n".repeat(20),
    },
    args: WORK,
    exitCode: 1,
    code: "NUVOM_SQLITE_CORRUPT",
    says: ["nuvom.db"],
  },
  {
    name: "a task module that does not compile",
    files: { ...PLAIN, "tasks.ts": "export const x: = 1;" },
    args: WORK,
    exitCode: 3,
    code: "NUVOM_LOADER_SYNTAX",
    says: ["tasks.ts:1:17"],
  },
];

for (const { name, files = {}, args, env = {}, stdin, exitCode, code, says } of CASES) {
  Deno.test(`the executable explains ${name}`, async () => {
    await using server = await Server.with(files);
    const { code: exit, stderr } = await server.run(args, { env, ...(stdin === undefined ? {} : { stdin }) });
    assert(stderr.trimEnd().endsWith(`(${code})`), stderr);
    for (const part of says) assertStringIncludes(stderr, part);
    assertEquals(exit, exitCode, stderr);
    assertNotMatch(stderr, /^\s+at /m);
  });
}

for (
  const [what, stop, says] of [["hangs", "return new Promise(() => {})", "stop"], [
    "throws",
    "throw new Error('no luck')",
    "no luck",
  ]]
) {
  Deno.test(`the executable ends cleanly when a plugin ${what} in stop, and names it`, async () => {
    await using server = await Server.with(withPlugin(plugin(`start() {}, stop() { ${stop}; }`)));
    const { code, stderr } = await server.run(WORK, { env: { NUVOM_PLUGIN_STOP_TIMEOUT_SECS: "0.5" } });
    assertMatch(stderr, new RegExp(`(WARN |ERROR) plugin\\.p.*${says}`));
    assertEquals(code, 0, stderr);
  });
}

Deno.test("a plugin that fails to start leaves nothing started behind", async () => {
  const log = (name: string) => `await Deno.writeTextFile(import.meta.dirname + "/log", "${name} ", { append: true });`;
  await using server = await Server.with({
    ...TASKS,
    "a.ts": `export default { name: "a", provides: ["monitoring"], permissions: { write: ["./log"] },
      async start() { ${log("a started")} }, async stop() { ${log("a stopped")} } };`,
    "b.ts": `export default { name: "b", provides: ["monitoring"], start() { throw new Error("b"); }, stop() {} };`,
    ".nuvom_plugins.toml":
      '[plugins]\nmonitoring = ["./a.ts", "./b.ts"]\n[plugin.a]\npermissions = { write = ["./log"] }\n',
  });
  const { code, stderr } = await server.run(WORK);
  assertEquals(code, 3, stderr);
  assertEquals(await Deno.readTextFile(`${server.folder}/log`), "a started a stopped ");
});

Deno.test("the executable explains a database that is locked, newer or read-only", async () => {
  await using server = await Server.with(PLAIN);
  await server.ok(["enqueue", "add", "[1,2]"]);
  const path = `${server.folder}/.nuvom/nuvom.db`;
  const db = new DatabaseSync(path);
  db.exec("BEGIN IMMEDIATE");
  const locked = await server.run(["enqueue", "add", "[1,2]"]);
  assertEquals(locked.code, 1, locked.stderr);
  assertStringIncludes(locked.stderr, "NUVOM_SQLITE_LOCKED");
  db.exec("ROLLBACK");
  const { user_version } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  db.exec("PRAGMA user_version = 999");
  const newer = await server.run(["enqueue", "add", "[1,2]"]);
  assertEquals(newer.code, 3, newer.stderr);
  assertStringIncludes(newer.stderr, "NUVOM_SQLITE_NEWER");
  db.exec(`PRAGMA user_version = ${user_version}`);
  db.close();
  assertEquals((await server.json(["enqueue", "add", "[1,2]"])).id.length, 26);
  // Root may write anywhere, so a folder is named that is none.
  const elsewhere = await server.run(["enqueue", "add", "[1,2]"], { env: { NUVOM_SQLITE_PATH: "/proc/nuvom.db" } });
  assert(elsewhere.code === 1 || elsewhere.code === 3, elsewhere.stderr);
  assertStringIncludes(elsewhere.stderr, "/proc/nuvom.db");
});

Deno.test("the executable does not enqueue into a queue that ends with it", async () => {
  await using server = await Server.with(PLAIN);
  const env = { NUVOM_QUEUE_BACKEND: "memory" };
  for (const args of [["enqueue", "add", "[1,2]"], ["enqueue", "--from", "-"]]) {
    const { code, stdout, stderr } = await server.run(args, { env, stdin: '{"task":"add"}' });
    assertEquals([code, stdout], [1, ""], stderr);
    assertStringIncludes(stderr, "(NUVOM_ENQUEUE_LOST)");
  }
});
