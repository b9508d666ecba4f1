import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ModuleServer, remotePlugin } from "../../host/testdata/module_server.ts";
import { TestProject } from "../testing.ts";

const ENV = { NUVOM_ALLOW_HTTP_LOOPBACK: "1" };
const TASKS = 'import { task } from "nuvom";\nexport const twice = task({ name: "twice" }, (n: number) => n * 2);\n';

/** A project with the plugin `hello`, added and granted, and its server. */
async function start() {
  const server = new ModuleServer({ ...remotePlugin("hello", { permissions: '{ env: ["A"] }' }), "/tasks.ts": TASKS });
  const project = await TestProject.with({});
  const nuvom = (...args: string[]) => project.nuvom(args, { env: ENV });
  await nuvom("plugin", "add", server.url("/hello/mod.ts#Exporter"), "--yes", "--allow-env=A");
  const read = (name: string) => Deno.readTextFile(`${project.folder}/${name}`);
  return {
    server,
    project,
    nuvom,
    read,
    json: async (...args: string[]) => {
      const { out } = await nuvom(...args, "--json");
      return JSON.parse(out.trim().split("\n").at(-1)!);
    },
    document: async (...args: string[]) => JSON.parse((await nuvom(...args, "--json")).out),
    lock: () => read(".nuvom_plugins.lock"),
    async [Symbol.asyncDispose]() {
      await project[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("plugin update shows modules that are new, changed and gone, and changes nothing with --dry-run", async () => {
  await using site = await start();
  const { server, nuvom } = site;
  assertEquals((await nuvom("plugin", "update")).out, "Everything from URLs is as it was locked.\n");
  server.files["/hello/dep.ts"] = 'import "./more.ts";\nexport const dep: string = "new";\n';
  server.files["/hello/more.ts"] = "export {};\n";
  const before = await site.lock();
  const diff = `hello 1.0.0 (${server.url("/hello/mod.ts#Exporter")}) has changed
  ~ ${server.url("/hello/dep.ts")}  34 B -> 54 B
  + ${server.url("/hello/more.ts")}  11 B
`;
  const dry = await nuvom("plugin", "update", "--dry-run");
  assertEquals([dry.code, dry.out], [0, `${diff}Nothing was changed (--dry-run).\n`]);
  assertEquals((await site.json("plugin", "update", "hello", "--dry-run")).changed, false);
  assertEquals(await site.lock(), before);
  assertEquals((await nuvom("plugin", "update", "--frozen")).code, 3);
  const update = await nuvom("plugin", "update", "hello");
  assertEquals([update.code, update.out, update.err], [0, `${diff}This is locked now.\n`, ""]);
  server.files["/hello/dep.ts"] = 'export const dep: string = "new";\n';
  assertMatch((await nuvom("plugin", "update")).out, /\n {2}- http:\S+\/hello\/more\.ts {2}11 B\n/);
});

Deno.test("F14: plugin update blocks a plugin that asks for more, with the diff, until plugin grant", async () => {
  await using site = await start();
  const { server, nuvom } = site;
  Object.assign(server.files, remotePlugin("hello", { version: "2.0.0", permissions: '{ env: ["A", "B"] }' }));
  const { code, out, err } = await nuvom("plugin", "update");
  assertEquals(code, 1);
  assertMatch(
    out,
    /^hello 1\.0\.0 -> 2\.0\.0 \(.*\) has changed\n {2}~ .*\n {2}asks for more: env: B\nThis is locked now/,
  );
  assertStringIncludes(err, "\n  nuvom plugin grant hello --allow-env=B\n");
  assertEquals((await nuvom("plugin", "list")).code, 3);
  const half = await nuvom("plugin", "grant", "hello");
  assertStringIncludes(half.out, "Granted to hello now: env: A.\nIt asks for more (env: B).");
  assertStringIncludes(half.out, "\n  nuvom plugin grant hello --allow-env=B\n");
  assertEquals((await nuvom("plugin", "grant", "hello", "--allow-env=B")).out, "Granted to hello now: env: A, B.\n");
  assertEquals((await nuvom("plugin", "grant", "hello")).out, "Granted to hello already: env: A, B.\n");
  assertEquals((await nuvom("plugin", "list")).code, 0);
});

Deno.test("plugin grant --json tells before, after and what is missing; it refuses wrong lines", async () => {
  await using site = await start();
  const { before, after, missing } = await site.json("plugin", "grant", "hello", "--allow-read=./data");
  assertEquals([before, missing], [{ env: ["A"] }, null]);
  assertEquals(after, { read: [`${site.project.folder}/data`], env: ["A"] });
  assertStringIncludes(await site.read(".nuvom_plugins.toml"), '"./data"');
  assertEquals((await site.nuvom("plugin", "grant")).code, 2);
  assertEquals((await site.nuvom("plugin", "grant", "hello", "--tasks")).code, 2);
  assertEquals((await site.nuvom("plugin", "grant", "hallo")).code, 4);
});

Deno.test("plugin lock locks what the manifest names, task modules too, and is silent about the rest", async () => {
  await using site = await start();
  const { server, project, nuvom } = site;
  const manifest = await site.read(".nuvom_plugins.toml");
  const tasks = `\n[tasks]\nmodules = ["${server.url("/tasks.ts")}"]\n`;
  await project.write({ ".nuvom_plugins.toml": `${manifest}${tasks}` });
  assertStringIncludes((await nuvom("list", "tasks")).err, "NUVOM_LOCK_ENTRY");
  const frozen = await nuvom("plugin", "lock", "--frozen");
  assertEquals(frozen.code, 3);
  assertStringIncludes(frozen.err, "NUVOM_LOCK_FROZEN");
  const { code, out } = await nuvom("plugin", "lock");
  assertEquals(code, 0);
  assertStringIncludes(out, `${server.url("/tasks.ts")} is new\n  + 1 module, ${TASKS.length} B\n`);
  assertEquals(
    (await nuvom("plugin", "lock", "--frozen")).out,
    `${project.folder}/.nuvom_plugins.lock agrees with the manifest.\n`,
  );
  assertMatch((await nuvom("list", "tasks")).out, /^twice /m);
  assertEquals(
    (await nuvom("plugin", "grant", "--tasks", "--allow-env=B")).out,
    "Granted to the task modules now: env: B.\n",
  );
  assertEquals((await nuvom("list", "tasks")).code, 0);
  const text = (await site.read(".nuvom_plugins.toml")).replace(/\[tasks\][^]*/, "");
  await project.write({ ".nuvom_plugins.toml": text });
  assertStringIncludes((await nuvom("plugin", "lock")).out, `${server.url("/tasks.ts")} is gone\n`);
});

Deno.test("plugin lock makes a lock anew that is of no use, and says so", async () => {
  await using site = await start();
  await site.project.write({ ".nuvom_plugins.lock": "<<<<<<< ours\n" });
  assertEquals((await site.nuvom("plugin", "list")).code, 3);
  const { code, err } = await site.nuvom("plugin", "lock");
  assertEquals(code, 0);
  assertStringIncludes(err, "The lock was made anew, since the old one was of no use: ");
  assertEquals((await site.nuvom("plugin", "list")).code, 0);
});

Deno.test("plugin verify ends with 1 on any difference and names the module", async () => {
  await using site = await start();
  const { server, project, nuvom } = site;
  const all = await nuvom("plugin", "verify");
  assertEquals([all.code, all.out], [0, "2 modules looked at in the store: all as locked.\n"]);
  assertEquals((await nuvom("plugin", "verify", "--remote")).code, 0);
  server.files["/hello/dep.ts"] += " ";
  assertEquals((await nuvom("plugin", "verify")).code, 0);
  const changed = await nuvom("plugin", "verify", "--remote");
  assertEquals(changed.code, 1);
  assertMatch(
    changed.out,
    /^http:\S+\/hello\/dep\.ts\n {2}changed at its source: locked sha256 \w{64}, now \w{64}\n2 modules .*: 1 not as locked\.\n$/,
  );
  server.files["/hello/dep.ts"] = server.files["/hello/dep.ts"]!.slice(0, -1);
  const { sha256 } = JSON.parse(await site.lock()).modules[server.url("/hello/dep.ts")];
  await project.write({ [`cache/modules/${sha256.slice(0, 2)}/${sha256.slice(2)}`]: "throw 1;" });
  const torn = await nuvom("plugin", "verify");
  assertEquals(torn.code, 1);
  assertStringIncludes(torn.out, `hello/dep.ts\n  not in the store, or not as it was locked (sha256 ${sha256})\n`);
  const { ok, modules: listed } = await site.json("plugin", "verify", "--offline");
  assertEquals([ok, listed.map(({ stored }: { stored: boolean }) => stored)], [false, [false, true]]);
  assertEquals((await nuvom("plugin", "list")).code, 0);
  assertEquals((await nuvom("plugin", "verify", "--remote")).code, 1);
  assertEquals((await nuvom("plugin", "verify")).code, 0);
});

Deno.test("plugin remove takes a plugin out of manifest and lock", async () => {
  await using site = await start();
  const specifier = site.server.url("/hello/mod.ts#Exporter");
  const { code, out } = await site.nuvom("plugin", "remove", "hello");
  assertEquals([code, out], [0, `Removed hello (${specifier}). 2 modules from URLs left the lock.\n`]);
  assertEquals(JSON.parse(await site.lock()).modules, {});
  assertEquals((await site.nuvom("plugin", "remove", "hello")).code, 4);
});

Deno.test("plugin vendor writes a copy that needs neither network nor cache, in a new folder only", async () => {
  await using site = await start();
  const folder = `${site.project.folder}/out`;
  const { code, out } = await site.nuvom("plugin", "vendor", "out");
  assertEquals(code, 0);
  assertMatch(out, /^Wrote \S+\/out: 2 modules from URLs \(\d+ B\), 0 files of the project\.\nIt runs there /);
  assertEquals((await site.nuvom("plugin", "vendor", "out")).code, 2);
  const copy = { env: { NUVOM_CACHE_DIR: `${site.project.folder}/other`, NUVOM_OFFLINE: "1" } };
  const list = await site.project.nuvom(["plugin", "list", "--manifest", `${folder}/.nuvom_plugins.toml`], copy);
  assertEquals(list.code, 0);
  assertMatch(list.out, /^hello +1\.0\.0 +monitoring +process +local +env +\.\/vendor\/\S+#Exporter$/m);
});

Deno.test("plugin cache info and clean tell what lies there, and keep what the project needs", async () => {
  await using site = await start();
  const { modules } = await site.document("plugin", "cache", "info");
  assertEquals(modules.files, 2);
  assertMatch(
    (await site.nuvom("plugin", "cache", "info")).out,
    /\/cache\nPART +FILES +SIZE +WHAT IT IS\nmodules +2 +\d+ B/,
  );
  assertMatch((await site.nuvom("plugin", "cache", "clean")).out, /^Removed \d+ files \(.*\) from \S+\/cache\.\n$/);
  assertEquals((await site.nuvom("plugin", "list", "--offline")).code, 0);
  await site.nuvom("plugin", "cache", "clean", "--all");
  assertEquals((await site.document("plugin", "cache", "info")).modules.files, 0);
  // What is not there now was known when it was locked.
  const offline = await site.nuvom("plugin", "list", "--offline");
  assertMatch(offline.out, /^hello +1\.0\.0 +monitoring +process +locked +env /m);
  assertStringIncludes(offline.out, "NUVOM_STORE_MISSING");
  const inspected = await site.nuvom("plugin", "inspect", "hello", "--offline");
  assertMatch(inspected.out, /^hello 1\.0\.0\n[^]*\nenv A +yes +yes\n/);
  const lost = await site.nuvom("plugin", "verify", "--offline");
  assertMatch(
    lost.out,
    /\n2 modules looked at in the store: 2 not as locked\.\nThey are fetched when .*--remote`\.\n$/,
  );
  const silent = await site.nuvom("plugin", "verify", "--remote", "--offline");
  assertMatch(silent.out, /: 2 not as locked, 2 could not be asked for\.\n$/);
  const mended = await site.nuvom("plugin", "verify", "--remote");
  assertEquals(mended.out.match(/^ {2}was not in the store.*; it was fetched again$/gm)?.length, 2);
  assertEquals((await site.nuvom("plugin", "list", "--offline")).code, 0);
});

Deno.test("plugin list and inspect tell code that is not locked from code that has changed", async () => {
  await using site = await start();
  const { server, project, nuvom } = site;
  const { out } = await nuvom("plugin", "inspect", "hello");
  assertStringIncludes(out, "\n  lock      locked\n");
  assertMatch(out, /^env A +yes +yes$/m);
  assertMatch(out, /^http:\S+\/hello\/mod\.ts +\d+ B +\w{16}\n└─ http:\S+\/hello\/dep\.ts +34 B +\w{16}$/m);
  const manifest = await site.read(".nuvom_plugins.toml");
  await project.write({ ".nuvom_plugins.toml": manifest.replaceAll(server.url("/hello/mod.ts"), server.url("/b.ts")) });
  const moved = await nuvom("plugin", "list");
  assertEquals(moved.code, 3);
  assertMatch(moved.out, /^\? +- +- +process +not locked +env? /m);
});
