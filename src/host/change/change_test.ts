import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { describePlugin } from "../describe_plugin.ts";
import { describePlugins } from "../describe_plugins.ts";
import { TaskModules } from "../task_modules.ts";
import { refusalOf } from "../testing.ts";
import { ModuleServer, remotePlugin, RemoteProject } from "../testdata/module_server.ts";
import {
  addPlugin,
  applyUpdates,
  grantPlugin,
  inspectSource,
  inspectUpdates,
  lockAll,
  removePlugin,
  verifyAll,
} from "./mod.ts";

Deno.test("addPlugin() locks the code, lists it, and it runs with the server gone", async () => {
  await using project = await RemoteProject.with();
  {
    await using server = new ModuleServer(remotePlugin("hello"));
    const specifier = server.url("/hello/mod.ts#Exporter");
    const inspected = await inspectSource(project.parts(), { specifier });
    assertEquals([inspected.metadata.name, inspected.modules.length, inspected.isRemote], ["hello", 2, true]);
    assertEquals(await project.state(), [null, null]);
    assertEquals(await project.add(specifier), {
      name: "hello",
      specifier,
      listedUnder: ["monitoring"],
      granted: {},
      changed: true,
    });
    assertEquals((await project.add(specifier)).changed, false);
    const source = server.url("/hello/mod.ts");
    assertEquals(
      await project.text(".nuvom_plugins.toml"),
      `[plugins]\nmonitoring = ["${specifier}"]\n\n[plugin.hello]\nsource = "${source}"\n`,
    );
    const { plugins, code } = await project.lock();
    assertEquals([plugins.hello!.url, plugins.hello!.version, plugins.hello!.exportName], [
      source,
      "1.0.0",
      "Exporter",
    ]);
    assertEquals(Object.keys(code.modules), [server.url("/hello/dep.ts"), source]);
    assertEquals(Object.keys(code.images).length, 1);
  }
  const host = await project.host();
  await host.startAll();
  assertEquals(project.heard.filter((line) => line.startsWith("plugin.")), ["plugin.hello: hello from dep"]);
  const [row] = await describePlugins(await project.manifest(), project.settings());
  assertEquals([row!.lock, row!.isolation, row!.problem], ["locked", "process", null]);
  const detail = await describePlugin(await project.manifest(), project.settings(), "hello");
  assertEquals(detail.modules.map(({ imports }) => imports.length), [1, 0]);
  assertEquals(detail.locked?.version, "1.0.0");
});

Deno.test("F11: code from URLs never runs without an entry in the lock", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with(
    `[plugins]\nmonitoring = ["${server.url("/hello/mod.ts#Exporter")}"]\n`,
  );
  const refusal = await refusalOf(() => project.start());
  assertStringIncludes(refusal, "NUVOM_LOCK_ENTRY 3: The plugin http://127.0.0.1:");
  assertStringIncludes(refusal, "Add it with `nuvom plugin add`, or run `nuvom plugin lock`");
  assertEquals(server.asked, []);
  const [row] = await describePlugins(await project.manifest(), project.settings());
  assertEquals([row!.lock, row!.name, row!.isolation], ["unlocked", null, "process"]);
  assertEquals((await lockAll(project.parts())).changes.map(({ name, state }) => [name, state]), [["hello", "added"]]);
  await project.start();
});

Deno.test("F11: a lock that was edited, torn or merged badly is refused, and says how to mend it", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const good = await project.text(".nuvom_plugins.lock");
  const cases: Readonly<Record<string, string>> = {
    NUVOM_LOCK_DIGEST: good.replace('"bytes": ', '"bytes": 1'),
    NUVOM_LOCK_CONFLICT: good.replace('  "images"', '<<<<<<< ours\n  "images"'),
    NUVOM_LOCK_SYNTAX: good.slice(0, -20),
    NUVOM_LOCK_VERSION: good.replace('"version": 1\n}', '"version": 2\n}'),
    NUVOM_LOCK_SHAPE: good.replace('"version": 1\n}', '"version": 0\n}'),
  };
  for (const [code, text] of Object.entries(cases)) {
    assert(text !== good, code);
    await project.write(".nuvom_plugins.lock", text);
    assertStringIncludes(await refusalOf(() => project.start()), `${code} 3: `);
    assertStringIncludes(await refusalOf(() => project.add(server.url("/hello/mod.ts#Exporter"))), `${code} 3: `);
    const [row] = await describePlugins(await project.manifest(), project.settings());
    assertEquals([row!.problem?.code as string, row!.lock], [code, "unreadable"]);
  }
  await project.write(".nuvom_plugins.lock", cases.NUVOM_LOCK_DIGEST!);
  const report = await lockAll(project.parts());
  assertEquals([report.rebuilt?.code, report.changed], ["NUVOM_LOCK_DIGEST", true]);
  assertEquals(await project.text(".nuvom_plugins.lock"), good);
});

Deno.test("F11: frozen refuses every change of the lock, and nothing else", async () => {
  await using server = new ModuleServer({ ...remotePlugin("hello"), ...remotePlugin("other") });
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const before = await project.state();
  const frozen = { NUVOM_FROZEN: "1" };
  const refused = (work: () => unknown) => refusalOf(work).then((text) => text.split(" ")[0]);
  assertEquals(await refused(() => project.add(server.url("/other/mod.ts#Exporter"), {}, frozen)), "NUVOM_LOCK_FROZEN");
  assertEquals(await refused(() => removePlugin(project.parts(frozen), "hello")), "NUVOM_LOCK_FROZEN");
  assertEquals(
    await refused(() => grantPlugin(project.parts(frozen), "hello", { env: ["HOME"] })),
    "NUVOM_LOCK_FROZEN",
  );
  // It is refused before anything is fetched.
  assertEquals(server.asked.filter((path) => path.startsWith("/other")), []);
  server.files["/hello/dep.ts"] = "export const dep = 'new';\n";
  const updates = await inspectUpdates(project.parts(frozen), null);
  assertEquals(await refused(() => applyUpdates(project.parts(frozen), updates)), "NUVOM_LOCK_FROZEN");
  assertEquals(await project.state(), before);
  assertEquals((await lockAll(project.parts(frozen))).changed, false);
  await project.start(frozen);
  await project.write(".nuvom_plugins.lock", "torn");
  const asked = server.asked.length;
  assertEquals(await refused(() => lockAll(project.parts(frozen))), "NUVOM_LOCK_SYNTAX");
  assertEquals(server.asked.length, asked);
});

Deno.test("F14: an update that asks for more is blocked with a diff until it is granted", async () => {
  await using server = new ModuleServer(remotePlugin("hello", { permissions: '{ net: ["a.example.com:443"] }' }));
  await using project = await RemoteProject.with();
  // More than it asks for: the update must not find it lying there.
  await project.add(server.url("/hello/mod.ts#Exporter"), { net: true });
  await project.start();
  const wants = '{ net: ["a.example.com:443", "evil.example.com:443"] }';
  Object.assign(server.files, remotePlugin("hello", { version: "2.0.0", permissions: wants, dep: "evil" }));
  const updates = await inspectUpdates(project.parts(), ["hello"]);
  const [change] = updates.changes;
  assertEquals([change!.state, change!.version, change!.blocked], ["changed", { from: "1.0.0", to: "2.0.0" }, true]);
  assertEquals(change!.asked.added, { net: ["evil.example.com:443"] });
  assertEquals(change!.modules.changed.length, 2);
  assertEquals((await project.lock()).plugins.hello!.version, "1.0.0");
  await applyUpdates(project.parts(), updates);
  const refusal = await refusalOf(() => project.start());
  assertStringIncludes(
    refusal,
    'NUVOM_LOCK_GRANT 3: The manifest grants the plugin "hello" more than was consented to',
  );
  assertStringIncludes(
    refusal,
    "+ net (all) (consented: nothing; it asks for net a.example.com:443, evil.example.com:443)",
  );
  assertStringIncludes(refusal, "`nuvom plugin grant hello`");
  assertEquals((await lockAll(project.parts())).changed, false);
  await grantPlugin(project.parts(), "hello");
  await project.start();
  assertEquals(project.heard.at(-1), "hello running");
});

Deno.test("F14: what is said of a blocked update is the whole command that consents to it", async () => {
  await using server = new ModuleServer(remotePlugin("hello", { permissions: '{ net: ["a.example.com:443"] }' }));
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"), { net: ["a.example.com:443"] });
  const wants = '{ net: ["a.example.com:443", "b.example.com:443"], env: ["B"] }';
  Object.assign(server.files, remotePlugin("hello", { permissions: wants }));
  await applyUpdates(project.parts(), await inspectUpdates(project.parts(), null));
  const refusal = await refusalOf(() => project.start());
  assertStringIncludes(refusal, "`nuvom plugin grant hello --allow-net=b.example.com:443 --allow-env=B`");
  await grantPlugin(project.parts(), "hello", { net: ["b.example.com:443"], env: ["B"] });
  await project.start();
});

Deno.test("F14: a manifest that grants more than was consented to is blocked, one that grants less is not", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"), { env: ["A", "B"] });
  const manifest = await project.text(".nuvom_plugins.toml");
  await project.write(".nuvom_plugins.toml", manifest.replace('"A", "B"', '"A"'));
  await project.start();
  await project.write(".nuvom_plugins.toml", manifest.replace('"A", "B"', '"A", "C"'));
  assertStringIncludes(
    await refusalOf(() => project.start()),
    "+ env C (consented: env A, B; it asks for nothing)",
  );
});

Deno.test("F14: the grant is bound to the source: other code under the same name gets none of it", async () => {
  await using server = new ModuleServer({
    ...remotePlugin("hello"),
    "/copy.ts": remotePlugin("hello")["/hello/mod.ts"]!.replace("./dep", "/hello/dep"),
  });
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"), { env: ["A"] });
  assertStringIncludes(await refusalOf(() => project.add(server.url("/copy.ts#Exporter"))), "NUVOM_PLUGIN_NAME 3: ");
  const manifest = await project.text(".nuvom_plugins.toml");
  await project.write(".nuvom_plugins.toml", manifest.replaceAll("/hello/mod.ts", "/copy.ts"));
  assertStringIncludes(await refusalOf(() => project.start()), "NUVOM_LOCK_ENTRY 3: ");
  // Locked anew, its code is known, and yet nobody has consented to what the name was granted before.
  const [change] = (await lockAll(project.parts())).changes;
  assertEquals([change!.state, change!.blocked, change!.granted], ["changed", true, {}]);
  assertStringIncludes(await refusalOf(() => project.start()), "NUVOM_LOCK_GRANT 3: ");
});

Deno.test("F14: addPlugin() gives code from elsewhere no name that is pinned to another source", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with(
    '[plugin.hello]\nsource = "https://h.example/x.ts"\npermissions = { net = true }\n',
  );
  assertStringIncludes(
    await refusalOf(() => project.add(server.url("/hello/mod.ts#Exporter"))),
    'calls itself "hello", as https://h.example/x.ts does; nothing was changed.',
  );
});

Deno.test("F6: bare specifiers of code from URLs mean what [plugin.NAME] imports says, or nothing", async () => {
  const files = {
    "/m.ts":
      'import { x } from "lib/x.ts";\nexport default { name: "m", provides: ["cli"], version: x, start() {}, stop() {} };\n',
    "/lib/x.ts": 'export const x = "7";\n',
  };
  await using server = new ModuleServer(files);
  await using project = await RemoteProject.with();
  const specifier = server.url("/m.ts");
  assertStringIncludes(
    await refusalOf(() => inspectSource(project.parts(), { specifier })),
    "NUVOM_LOADER_BARE_SPECIFIER 3: ",
  );
  const imports = { "lib/": server.url("/lib/") };
  const parts = project.parts();
  await addPlugin(parts, await inspectSource(parts, { specifier, imports }));
  assertStringIncludes(await project.text(".nuvom_plugins.toml"), `imports = { "lib/" = "${server.url("/lib/")}" }`);
  const [row] = await describePlugins(await project.manifest(), project.settings());
  assertEquals([row!.version, row!.lock, row!.problem], ["7", "locked", null]);
  // Mapped elsewhere, it is other code.
  server.files["/other/x.ts"] = 'export const x = "8";\n';
  await project.write(".nuvom_plugins.toml", (await project.text(".nuvom_plugins.toml")).replace("/lib/", "/other/"));
  assertStringIncludes(await refusalOf(() => project.start()), "NUVOM_LOCK_ENTRY 3: ");
  await lockAll(project.parts());
  const [again] = await describePlugins(await project.manifest(), project.settings());
  assertEquals([again!.version, again!.lock, again!.problem], ["8", "locked", null]);
});

Deno.test("F3: plain http is fetched only from this machine, and only when it is asked for", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  const off = { NUVOM_ALLOW_HTTP_LOOPBACK: "0" };
  const refusal = await refusalOf(() => project.add(server.url("/hello/mod.ts#Exporter"), {}, off));
  assertStringIncludes(refusal, "NUVOM_FETCH_SCHEME 3: ");
  assertStringIncludes(refusal, "NUVOM_ALLOW_HTTP_LOOPBACK");
  assertEquals([server.asked, await project.state()], [[], [null, null]]);
});

Deno.test("F10: a bad entry of the store is fetched again, and refused where nothing may be fetched", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const spoil = async () => {
    await Deno.remove(`${project.folder}/cache/prepared`, { recursive: true }).catch(() => {});
    for (const { sha256 } of Object.values((await project.lock()).code.modules)) {
      await project.write(`cache/modules/${sha256.slice(0, 2)}/${sha256.slice(2)}`, "throw 'poison';");
    }
  };
  await spoil();
  assertEquals((await verifyAll(project.parts())).modules.map(({ stored }) => stored), [false, false]);
  await spoil();
  assertStringIncludes(
    await refusalOf(() => project.start({ NUVOM_OFFLINE: "1" })),
    'NUVOM_STORE_MISSING 1: The plugin "hello" lacks code that is locked; `nuvom plugin verify --remote` fetches it',
  );
  await spoil();
  await project.start();
  assert((await verifyAll(project.parts())).ok);
});

Deno.test("verifyAll() names the module that its server changed", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  await project.add(server.url("/hello/mod.ts#Exporter"));
  assert((await verifyAll(project.parts(), { remote: true })).ok);
  server.files["/hello/dep.ts"] += " ";
  delete server.files["/hello/mod.ts"];
  const { ok, modules } = await verifyAll(project.parts(), { remote: true });
  assertEquals([ok, modules.map(({ source, stored }) => [source, stored])], [false, [["changed", true], [
    "unreachable",
    true,
  ]]]);
  assertEquals(modules[1]!.problem?.code, "NUVOM_FETCH_STATUS");
});

Deno.test("F2: redirects are locked, and the lock's target runs whatever the redirect says now", async () => {
  await using server = new ModuleServer({ ...remotePlugin("hello"), "/latest.ts": "/hello/mod.ts" });
  await using project = await RemoteProject.with();
  await project.add(server.url("/latest.ts#Exporter"));
  const { plugins, code } = await project.lock();
  assertEquals(plugins.hello!.finalUrl, server.url("/hello/mod.ts"));
  assertEquals(code.redirects, { [server.url("/latest.ts")]: server.url("/hello/mod.ts") });
  server.files["/latest.ts"] = "/other/mod.ts";
  await project.start();
  const { modules } = await verifyAll(project.parts(), { remote: true });
  assertEquals(modules.map(({ source }) => source), ["same", "unreachable"]);
});

Deno.test("removePlugin() takes it out of manifest and lock, keeps the rest, and works when its code is gone", async () => {
  await using server = new ModuleServer({ ...remotePlugin("hello"), ...remotePlugin("other") });
  await using project = await RemoteProject.with("# mine\n[plugins] # p\n");
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const one = await project.state();
  await project.add(server.url("/other/mod.ts#Exporter"), { env: ["X"] });
  await Deno.remove(`${project.folder}/cache/plugins`, { recursive: true });
  const report = await removePlugin(project.parts(), "other");
  assertEquals(report.modules, [server.url("/other/dep.ts"), server.url("/other/mod.ts")]);
  assertEquals(await project.state(), one);
  await removePlugin(project.parts(), server.url("/hello/mod.ts#Exporter"));
  assertEquals(await project.text(".nuvom_plugins.toml"), "# mine\n[plugins] # p\n");
  assertStringIncludes(await refusalOf(() => removePlugin(project.parts(), "hello")), "NUVOM_PLUGIN_UNKNOWN 4: ");
});

Deno.test("changes are refused where manifest or lock are read-only, and leave nothing behind", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with("[plugins]\n");
  const specifier = server.url("/hello/mod.ts#Exporter");
  await Deno.chmod(`${project.folder}/.nuvom_plugins.toml`, 0o444);
  const before = await project.state();
  assertStringIncludes(await refusalOf(() => project.add(specifier)), "NUVOM_MANIFEST_WRITE 3: ");
  assertEquals(await project.state(), before);
  await Deno.chmod(`${project.folder}/.nuvom_plugins.toml`, 0o640);
  await project.add(specifier);
  assertEquals((await Deno.stat(`${project.folder}/.nuvom_plugins.toml`)).mode! & 0o777, 0o640);
});

Deno.test("lockAll() locks task modules from URLs and local modules that import URLs", async () => {
  await using server = new ModuleServer({
    "/tasks.ts":
      'import { task } from "nuvom";\nexport const add = task({ name: "add" }, (a: number, b: number) => a + b);\n',
    "/lib.ts": "export const lib = 1;\n",
  });
  const manifest = `[tasks]\nmodules = ["${server.url("/tasks.ts")}", "./tasks/*.ts"]\npermissions = { env = ["A"] }\n`;
  await using project = await RemoteProject.with(manifest, {
    "tasks/own.ts": `import { lib } from "${
      server.url("/lib.ts")
    }";\nimport { task } from "nuvom";\nexport const own = task({ name: "own" }, () => lib);\n`,
    "tasks/plain.ts": 'import { task } from "nuvom";\nexport const plain = task({ name: "plain" }, () => 1);\n',
  });
  const host = { call: () => Promise.reject(new Error("nobody answers")), note() {}, output() {} };
  const discover = async () => {
    const modules = new TaskModules(await project.manifest(), project.settings());
    try {
      return (await modules.discover(host)).map(({ name }) => name).sort();
    } finally {
      await modules.dispose();
    }
  };
  assertStringIncludes(await refusalOf(discover), "NUVOM_LOCK_ENTRY 3: ");
  await lockAll(project.parts());
  const { tasks } = await project.lock();
  assertEquals(Object.keys(tasks), ["./tasks/own.ts", server.url("/tasks.ts")]);
  assertEquals(await discover(), ["add", "own", "plain"]);
  const modules = new TaskModules(await project.manifest(), project.settings());
  assertEquals((await modules.cached())?.length, 3);
  // The owner of a file may change it; what it brings from URLs they may not without the lock.
  await project.write(
    "tasks/plain.ts",
    'import { task } from "nuvom";\nexport const p2 = task({ name: "p2" }, () => 1);\n',
  );
  assertEquals(await discover(), ["add", "own", "p2"]);
  await project.write(".nuvom_plugins.toml", manifest.replace('["A"]', '["A", "B"]'));
  assertStringIncludes(await refusalOf(discover), "NUVOM_LOCK_GRANT 3: The manifest grants the task modules more");
  await grantPlugin(project.parts(), null);
  assertEquals(await discover(), ["add", "own", "p2"]);
});

Deno.test("inspectUpdates() changes nothing, and takes along plugins that share a module with one that is updated", async () => {
  await using server = new ModuleServer(twoThatShare());
  await using project = await RemoteProject.with();
  await project.add(server.url("/a.ts"));
  await project.add(server.url("/b.ts"));
  const before = await project.state();
  const same = await inspectUpdates(project.parts(), ["a"]);
  assertEquals(same.changes.map(({ name, state }) => [name, state]), [["a", "unchanged"], ["b", "unchanged"]]);
  server.files["/dep.ts"] = 'export const dep = "2";\n';
  server.files["/b.ts"] += "// not asked for\n";
  const updates = await inspectUpdates(project.parts(), ["a"]);
  assertEquals(
    updates.changes.map(({ name, version, modules }) => [name, version.to, modules.changed.map(({ url }) => url)]),
    [["a", "2", [server.url("/dep.ts")]], ["b", "2", [server.url("/dep.ts")]]],
  );
  assertEquals(await project.state(), before);
  await applyUpdates(project.parts(), updates);
  const rows = await describePlugins(await project.manifest(), project.settings());
  assertEquals(rows.map(({ version, problem }) => [version, problem]), [["2", null], ["2", null]]);
  assertStringIncludes(await refusalOf(() => applyUpdates(project.parts(), updates)), "NUVOM_LOCK_CHANGED 1: ");
  assertStringIncludes(await refusalOf(() => inspectUpdates(project.parts(), ["c"])), "NUVOM_PLUGIN_UNKNOWN 4: ");
});

Deno.test("a file of the project that imports a URL is locked by what it imports, and may change itself", async () => {
  const plugin = (lib: string, version: string, permissions = "{}") =>
    `import { lib } from "${lib}";\nexport default { name: "mine", provides: ["cli"], permissions: ${permissions}, version: "${version}" + lib, start() {}, stop() {} };\n`;
  await using server = new ModuleServer({
    "/lib.ts": 'export const lib = "a";\n',
    "/evil.ts": 'export const lib = "b";\n',
  });
  await using project = await RemoteProject.with('[plugins]\ncli = ["./p.ts"]\n', {
    "p.ts": plugin(server.url("/lib.ts"), "1"),
  });
  const row = async () => (await describePlugins(await project.manifest(), project.settings()))[0]!;
  assertEquals([(await row()).problem?.code as string, (await row()).lock], ["NUVOM_LOCK_ENTRY", "unlocked"]);
  await lockAll(project.parts());
  assertEquals((await project.lock()).plugins.mine!.url, "./p.ts");
  assertEquals([(await row()).version, (await row()).isolation, (await row()).problem], ["1a", "process", null]);
  await project.write("p.ts", plugin(server.url("/lib.ts"), "2"));
  assertEquals([(await row()).version, (await row()).problem], ["2a", null]);
  await project.write("p.ts", plugin(server.url("/lib.ts"), "2", '{ net: ["x:1"] }'));
  assertEquals((await row()).problem?.code as string, "NUVOM_LOCK_ASKED");
  await project.write("p.ts", plugin(server.url("/evil.ts"), "3"));
  assertEquals((await row()).problem?.code as string, "NUVOM_LOCK_ENTRY");
  await project.write("q.ts", plugin(server.url("/lib.ts"), "2"));
  await project.write(".nuvom_plugins.toml", '[plugins]\ncli = ["./q.ts"]\n');
  assertEquals((await row()).problem?.code as string, "NUVOM_LOCK_SOURCE");
  assert(!server.asked.includes("/evil.ts"));
});

Deno.test("changes report how far they have come", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with();
  const heard: string[] = [];
  const parts = {
    ...project.parts(),
    onProgress: ({ step, done, known }: { step: string; done: number; known: number }) =>
      void heard.push(`${step} ${done}/${known}`),
  };
  const inspected = await inspectSource(parts, { specifier: server.url("/hello/mod.ts#Exporter") });
  await addPlugin(parts, inspected);
  await verifyAll(parts);
  assertEquals(heard, ["fetch 1/1", "fetch 2/2", "write 0/2", "write 1/2", "verify 2/2"]);
});

Deno.test("F6: modules that are locked for one plugin are not for another, whatever its imports say", async () => {
  const plugin = (name: string, from: string) =>
    `import { lib } from "${from}";\nexport default { name: "${name}", provides: ["cli"], version: lib, start() {}, stop() {} };\n`;
  await using server = new ModuleServer({
    "/m.ts": plugin("m", "lib/x.ts"),
    "/n.ts": plugin("n", "/other/x.ts"),
    "/lib/x.ts": 'export const lib = "a";\n',
    "/other/x.ts": 'export const lib = "b";\n',
  });
  await using project = await RemoteProject.with("", { "p.ts": plugin("p", server.url("/lib/x.ts")) });
  const parts = project.parts();
  const imports = { "lib/": server.url("/lib/") };
  await addPlugin(parts, await inspectSource(parts, { specifier: server.url("/m.ts"), imports }));
  await project.add(server.url("/n.ts"));
  await project.add("./p.ts");
  const host = await project.host();
  await project.write("p.ts", plugin("p", server.url("/other/x.ts")));
  assertStringIncludes(
    await refusalOf(() => host.startAll()),
    'NUVOM_LOCK_GRAPH 3: The plugin "p" would run other modules',
  );
  const manifest = await project.text(".nuvom_plugins.toml");
  await project.write(".nuvom_plugins.toml", manifest.replace(server.url("/lib/"), server.url("/other/")));
  const rows = await describePlugins(await project.manifest(), project.settings());
  assertEquals(rows.map(({ name, problem, lock }) => [name, problem?.code, lock].join(" ")), [
    "m NUVOM_LOCK_GRAPH unlocked",
    "n  locked",
    "p NUVOM_LOCK_GRAPH unlocked",
  ]);
  // Locked anew, what was remembered of it is no longer true, though none of the modules is gone.
  await project.write("p.ts", plugin("p", server.url("/lib/x.ts")));
  await lockAll(project.parts());
  const mended = await describePlugins(await project.manifest(), project.settings());
  assertEquals(mended.map(({ version, lock }) => `${version} ${lock}`), ["b locked", "b locked", "a locked"]);
});

Deno.test("F11: task modules run only what was locked for them, whatever is locked besides", async () => {
  const task = (from: string) =>
    `import { dep } from "${from}";\nimport { task } from "nuvom";\nexport const t = task({ name: "t" + dep }, () => 1);\n`;
  await using server = new ModuleServer({
    ...remotePlugin("hello"),
    ...remotePlugin("other"),
    "/t.ts": 'export const dep = "";\n',
  });
  await using project = await RemoteProject.with('[tasks]\nmodules = ["./t.ts"]\n', {
    "t.ts": task(server.url("/t.ts")),
  });
  await lockAll(project.parts());
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const entries = async (env = {}) => {
    const modules = new TaskModules(await project.manifest(), project.settings(env));
    try {
      return (await modules.entries()).length;
    } finally {
      await modules.dispose();
    }
  };
  assertEquals(await entries(), 1);
  await Deno.remove(`${project.folder}/cache`, { recursive: true });
  assertStringIncludes(
    await refusalOf(() => entries({ NUVOM_OFFLINE: "1" })),
    "NUVOM_STORE_MISSING 1: The task modules lack code that is locked; `nuvom plugin verify --remote` fetches it",
  );
  await project.write("t.ts", task(server.url("/hello/dep.ts")));
  assertStringIncludes(
    await refusalOf(() => entries()),
    "NUVOM_LOCK_GRAPH 3: The task module ./t.ts would run other modules",
  );
  await project.write("u.ts", task(server.url("/hello/dep.ts")));
  await project.write(".nuvom_plugins.toml", '[tasks]\nmodules = ["./u.ts"]\n');
  assertStringIncludes(
    await refusalOf(() => entries()),
    "NUVOM_LOCK_ENTRY 3: The task module ./u.ts runs code from URLs",
  );
});

Deno.test("between its two writes a change leaves no code listed that is not locked", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with("");
  const between: string[] = [];
  const parts = {
    ...project.parts(),
    onProgress({ step, done }: { step: string; done: number }) {
      if (step !== "write" || done !== 1) return;
      const files = [".nuvom_plugins.toml", ".nuvom_plugins.lock"].map((name) =>
        Deno.readTextFileSync(`${project.folder}/${name}`)
      );
      between.push(files.map((text) => text.includes("hello")).join(" "));
    },
  };
  await addPlugin(parts, await inspectSource(parts, { specifier: server.url("/hello/mod.ts#Exporter") }));
  await removePlugin(parts, "hello");
  assertEquals(between, ["false true", "false true"]);
});

Deno.test("inspectSource() takes what is locked already as it was locked", async () => {
  await using server = new ModuleServer(twoThatShare());
  await using project = await RemoteProject.with();
  await project.add(server.url("/a.ts"));
  const { modules } = (await project.lock()).code;
  server.files["/dep.ts"] = 'export const dep = "2";\n';
  await project.add(server.url("/b.ts"));
  const { plugins, code } = await project.lock();
  assertEquals([plugins.b!.version, code.modules[server.url("/dep.ts")]], ["1", modules[server.url("/dep.ts")]]);
});

Deno.test("a change removes what a process that was killed has left half-written, and nothing else", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with("", {
    [`.nuvom_plugins.toml.${crypto.randomUUID()}`]: "torn",
    [`.nuvom_plugins.lock.${crypto.randomUUID()}`]: "torn",
    ".nuvom_plugins.toml.bak": "mine",
  });
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const names = (await Array.fromAsync(Deno.readDir(project.folder))).map(({ name }) => name).sort();
  assertEquals(names, [".nuvom", ".nuvom_plugins.lock", ".nuvom_plugins.toml", ".nuvom_plugins.toml.bak", "cache"]);
});

Deno.test("a change removes what is torn in the cache when it is old, and nothing else", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  const torn = (name: string) => `cache/${name}.${crypto.randomUUID()}.tmp`;
  const [old, fresh] = [[torn("modules/ab/cd"), torn("prepared/x"), torn("plugins/x")], torn("modules/ab/cd")];
  const mine = "cache/modules/ab/mine.tmp";
  await using project = await RemoteProject.with(
    null,
    Object.fromEntries([...old, fresh, mine].map((name) => [name, "torn"])),
  );
  const hours = (ago: number) => new Date(Date.now() - ago * 3_600_000);
  for (const name of [...old, mine]) await Deno.utime(`${project.folder}/${name}`, hours(1), hours(1));
  await project.add(server.url("/hello/mod.ts#Exporter"));
  const left = await Promise.all(
    [...old, fresh, mine].map((name) => Deno.lstat(`${project.folder}/${name}`).then(() => true, () => false)),
  );
  assertEquals(left, [false, false, false, true, true]);
});

Deno.test("a module with tasks is no plugin, and says where it belongs", async () => {
  const task = 'import { task } from "nuvom";\nexport TASK task({ name: "x" }, () => 1);\n';
  await using server = new ModuleServer({
    "/one.ts": task.replace("TASK", "default"),
    "/named.ts": task.replace("TASK", "const x ="),
  });
  await using project = await RemoteProject.with();
  for (const path of ["/one.ts", "/named.ts", "/named.ts#x"]) {
    const text = await refusalOf(() => project.add(server.url(path)));
    assertStringIncludes(text, "NUVOM_PLUGIN_EXPORT_MISSING 3: ");
    assertStringIncludes(text, `[tasks]: modules = ["${server.url(path.split("#")[0]!)}"]`);
  }
});

Deno.test("a change that fails at its second write takes the first one back", async () => {
  await using server = new ModuleServer(remotePlugin("hello"));
  await using project = await RemoteProject.with("# mine\n");
  const before = await project.state();
  const parts = {
    ...project.parts(),
    onProgress({ step, done }: { step: string; done: number }) {
      if (step === "write" && done === 1) throw new Error("given up");
    },
  };
  const inspected = await inspectSource(parts, { specifier: server.url("/hello/mod.ts#Exporter") });
  await assertRejects(() => addPlugin(parts, inspected), Error, "given up");
  assertEquals(await project.state(), before);
});

/** Two plugins that import the same module. */
function twoThatShare(): Record<string, string> {
  const plugin = (name: string) =>
    `import { dep } from "./dep.ts";\nexport default { name: "${name}", provides: ["cli"], version: dep, start() {}, stop() {} };\n`;
  return { "/a.ts": plugin("a"), "/b.ts": plugin("b"), "/dep.ts": 'export const dep = "1";\n' };
}
