import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { systemClock } from "../../core/mod.ts";
import { ModuleServer, remotePlugin } from "../../host/testdata/module_server.ts";
import { main } from "../main.ts";
import { COMMANDS } from "../table.ts";
import { TestIo, TestProject } from "../testing.ts";

const ASKS = '{ net: ["a.example.com:443"], env: ["A"] }';
const LOOPBACK = "--allow-http-loopback";

/** What stands in a project's folder. */
async function filesOf({ folder }: TestProject): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  return names.filter((name) => name.startsWith(".nuvom_plugins")).sort();
}

/** An empty folder, and a server with plugins. */
async function start() {
  const server = new ModuleServer({
    ...remotePlugin("hello", { permissions: ASKS }),
    ...remotePlugin("plain"),
    "/latest.ts": "/plain/mod.ts",
  });
  const project = await TestProject.with({});
  return {
    server,
    project,
    manifest: () => Deno.readTextFile(`${project.folder}/.nuvom_plugins.toml`),
    add: (path: string, args: readonly string[] = [], options = {}) =>
      project.nuvom(["plugin", "add", server.url(path), LOOPBACK, ...args], options),
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("plugin add shows what it found, asks, and writes manifest and lock on a yes", async () => {
  await using site = await start();
  const { code, out, err } = await site.add("/latest.ts#Exporter", [], { answers: ["y"] });
  assertEquals([code, out], [0, "Added plain under monitoring. 2 modules from URLs are locked.\n"]);
  const { origin } = new URL(site.server.url("/"));
  assertEquals(
    err,
    `plain 1.0.0
  from      ${origin}/latest.ts#Exporter
  found at  ${origin}/plain/mod.ts
  code      2 modules, 332 B
  hosts     ${origin} (2 modules)
  provides  monitoring
  asks for  nothing

Add this code to the project? [y/N] `,
  );
  assertEquals(await filesOf(site.project), [".nuvom_plugins.lock", ".nuvom_plugins.toml"]);
  const again = await site.add("/latest.ts#Exporter", ["--yes"]);
  assertEquals([again.code, again.out], [0, "plain was there already; nothing was changed.\n"]);
});

Deno.test("plugin add changes nothing without a yes: a no, and the end of the input", async () => {
  await using site = await start();
  for (const answers of [["n"], [""], []]) {
    const { code, err } = await site.add("/plain/mod.ts#Exporter", [], { answers });
    assertEquals(code, 1);
    assertMatch(err, /\[y\/N\] \n?Nothing was changed\.\n$/);
    assertEquals(await filesOf(site.project), []);
  }
});

Deno.test("plugin add needs --yes where nobody can be asked, and fetches nothing without", async () => {
  await using site = await start();
  const { code, err } = await site.add("/plain/mod.ts#Exporter");
  assertEquals(code, 2);
  assertStringIncludes(err, "There is no terminal on which to ask whether the code may be added. ");
  assertStringIncludes(err, "say --yes");
  assertEquals((await site.add("/plain/mod.ts#Exporter", ["--json"], { answers: ["y"] })).code, 2);
  assertEquals([site.server.asked, await filesOf(site.project)], [[], []]);
});

Deno.test("plugin add --yes consents to no permission, and says how to grant what is missing", async () => {
  await using site = await start();
  const { code, out, err } = await site.add("/hello/mod.ts#Exporter", ["--yes", "--allow-env=A"]);
  assertEquals([code, out], [0, "Added hello under monitoring. 2 modules from URLs are locked.\n"]);
  assertStringIncludes(err, "  asks for  net: a.example.com:443; env: A\n");
  // Not as lines for the manifest: what is granted to code from URLs is noted in the lock, too.
  assertStringIncludes(err, "run:\n\n  nuvom plugin grant hello --allow-net=a.example.com:443\n");
  assertStringIncludes(await site.manifest(), '\npermissions = { env = ["A"] }\n');
  assertEquals((await site.project.nuvom(["plugin", "list"])).code, 3);
});

Deno.test("plugin add offers on a terminal to grant what is asked for and not given", async () => {
  for (const [answer, granted] of [["y", 'net = ["a.example.com:443"], env = ["A"]'], ["n", 'env = ["A"]']] as const) {
    await using site = await start();
    const { code, err } = await site.add("/hello/mod.ts#Exporter", ["--allow-env=A"], { answers: ["yes", answer] });
    assertEquals(code, 0);
    assertStringIncludes(err, "Grant it what it asks for (net: a.example.com:443)? [y/N] ");
    const text = await site.manifest();
    for (const part of granted.split("], ")) assertStringIncludes(text, part.replace("]", ""));
    assertEquals((await site.project.nuvom(["plugin", "list"])).code, answer === "y" ? 0 : 3);
  }
});

Deno.test("plugin add takes a file by its path from here, and a plugin inside nuvom by its name", async () => {
  await using project = await TestProject.with({
    "sub/.nuvom_plugins.toml": "# mine\n",
    "sub/p.ts": 'export default { name: "p", provides: ["cli"], start() {}, stop() {} };\n',
  });
  const manifest = ["--manifest", "sub/.nuvom_plugins.toml", "--yes"];
  assertEquals((await project.nuvom(["plugin", "add", "./sub/p.ts", ...manifest])).out, "Added p under cli.\n");
  assertEquals(
    await Deno.readTextFile(`${project.folder}/sub/.nuvom_plugins.toml`),
    '# mine\n\n[plugins]\ncli = ["./p.ts"]\n',
  );
  assertEquals((await project.nuvom(["plugin", "add", "./p.ts", ...manifest])).code, 3);
  assertEquals((await project.nuvom(["plugin", "add", "nuvom:prometheus", ...manifest])).code, 0);
});

Deno.test("plugin add --json prints events of its progress, then what was done", async () => {
  await using site = await start();
  const { code, out, err } = await site.add("/hello/mod.ts#Exporter", ["--yes", "--json"]);
  assertEquals([code, err], [0, ""]);
  const lines = out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([lines[0].event, lines[0].step], ["progress", "fetch"]);
  const { event, name, modules, asked, granted, missing, changed, problem } = lines.at(-1);
  assertEquals([event, name, modules.length, granted, changed], ["result", "hello", 2, {}, true]);
  assertEquals([asked, problem.code], [missing, "NUVOM_PLUGIN_PERMISSION"]);
});

Deno.test("plugin add shows its progress on a terminal and leaves nothing of it behind", async () => {
  await using site = await start();
  const { err } = await site.add("/plain/mod.ts#Exporter", ["--yes"], { columns: 120, env: { NO_COLOR: "1" } });
  assertStringIncludes(err, `\rFetching  ${site.server.url("/plain/mod.ts#Exporter")}`);
  assertMatch(err, /\r +\rplain 1\.0\.0\n/);
  // What remains on the screen is what follows the last return of each line.
  const screen = err.split("\n").map((line) => line.slice(line.lastIndexOf("\r") + 1));
  assert(!screen.some((line) => /Fetching|Writing/.test(line)));
});

Deno.test("F3: plugin add refuses plain http without the switch, and says which it is", async () => {
  await using site = await start();
  const { code, err } = await site.project.nuvom(["plugin", "add", site.server.url("/plain/mod.ts"), "--yes"]);
  assertEquals([code, site.server.asked], [3, []]);
  assertStringIncludes(err, "--allow-http-loopback");
});

Deno.test("F11: plugin add --frozen changes nothing; offline it needs a warm store", async () => {
  await using site = await start();
  const frozen = await site.add("/plain/mod.ts#Exporter", ["--yes", "--frozen"]);
  assertEquals([frozen.code, await filesOf(site.project)], [3, []]);
  assertStringIncludes(frozen.err, "NUVOM_LOCK_FROZEN");
  const cold = await site.add("/hello/mod.ts#Exporter", ["--yes", "--offline"]);
  assertEquals(cold.code, 1);
  assertStringIncludes(cold.err, "--offline");
  await site.add("/plain/mod.ts#Exporter", ["--yes"]);
  await Deno.remove(`${site.project.folder}/cache/plugins`, { recursive: true });
  site.server.asked.length = 0;
  assertEquals((await site.project.nuvom(["plugin", "list", "--offline"])).code, 0);
  assertEquals((await site.add("/plain/mod.ts#Exporter", ["--yes", "--offline", "--frozen"])).code, 0);
  assertEquals(site.server.asked, []);
});

Deno.test("two plugin add at once both come through", async () => {
  await using site = await start();
  const runs = await Promise.all([
    site.add("/plain/mod.ts#Exporter", ["--yes"]),
    site.add("/hello/mod.ts#Exporter", ["--yes", "--allow-net", "--allow-env"]),
  ]);
  assertEquals(runs.map(({ code }) => code), [0, 0]);
  const rows = await site.project.json<{ name: string; lock: string }[]>(["plugin", "list"]);
  assertEquals(rows.map(({ name, lock }) => `${name} ${lock}`).sort(), ["hello locked", "plain locked"]);
});

Deno.test("plugin add ends with 130 at Ctrl-C while it fetches, and changes nothing", async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    asked.resolve();
    return answer.promise;
  });
  await using project = await TestProject.with({});
  // No time passes: the fetch itself has to end.
  const clock = { ...systemClock, timer: () => () => {} };
  const io = new TestIo({
    args: ["plugin", "add", `http://127.0.0.1:${server.addr.port}/mod.ts`, "--yes", LOOPBACK],
    cwd: project.folder,
    env: { NUVOM_CACHE_DIR: `${project.folder}/cache` },
    clock,
  });
  const ended = main(io, COMMANDS);
  await asked.promise;
  io.raise("SIGINT");
  assertEquals([await ended, io.err.text, await filesOf(project)], [130, "Nothing was changed.\n", []]);
  answer.resolve(new Response("no", { status: 404 }));
  await server.shutdown();
});

Deno.test("plugin add ends with 130 at Ctrl-C while it asks", async () => {
  await using site = await start();
  const url = site.server.url("/plain/mod.ts#Exporter");
  const io = new TestIo({
    args: ["plugin", "add", url, LOOPBACK],
    cwd: site.project.folder,
    env: { NUVOM_CACHE_DIR: `${site.project.folder}/cache` },
    answers: [],
  });
  io.readLine = () => new Promise(() => {});
  const ended = main(io, COMMANDS);
  await io.err.saw("[y/N] ");
  io.raise("SIGINT");
  assertEquals([await ended, await filesOf(site.project)], [130, []]);
  assertMatch(io.err.text, /\[y\/N\] \nNothing was changed\.\n$/);
});
