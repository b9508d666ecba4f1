/** Plugins and tasks from URLs in the executable alone: added, locked, healed, verified, updated, copied. @module */

import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { LOOPBACK, pluginModules, RemoteSite } from "./remote_site.ts";

Deno.test("the executable alone adds a plugin and tasks from URLs, and runs them with the server gone", async () => {
  await using site = await RemoteSite.open();
  const { server, modules, specifier, sink } = site;
  const added = await site.add();
  assertEquals([added.code, added.stdout], [0, "Added greeter under monitoring. 4 modules from URLs are locked.\n"]);
  assertStringIncludes(added.stderr, `asks for  net: ${sink}`);
  await site.addTasks();
  const look = async () => {
    const [row] = await server.json(["plugin", "list"]);
    assertEquals([row.name, row.version, row.lock, row.isolation], ["greeter", "1.0.0", "locked", "process"]);
    assertStringIncludes(await server.ok(["plugin", "list"]), specifier);
    const tree = await server.ok(["plugin", "inspect", "greeter"]);
    assertMatch(tree, new RegExp(`^net ${sink} +yes +yes$`, "m"));
    assertMatch(
      tree,
      /^http:\S+\/greeter\/mod\.ts .*\n├─ http:\S+\/greeter\/lib\/greet\.ts .*\n│ {2}└─ http:\S+mark\.ts /m,
    );
    assertEquals(site.heard.splice(0), []);
  };
  const work = async () => {
    const { state, result } = await site.job("greeting");
    assertEquals([state, result], ["SUCCESS", "Hello, you."]);
    assertEquals(site.heard.splice(0), ["Hello, world!"]);
  };
  await look();
  await work();
  const asked = modules.requests.length;
  await site.stopServing();
  await look();
  await work();
  assertEquals(modules.requests.length, asked);
  const { id, state, error } = await site.job("broken");

  assertEquals([state, error.name, error.message], ["FAILED", "TypeError", "Hello, you!"]);
  const { error: inspected } = await server.json(["inspect", "job", id]);
  assertStringIncludes(inspected.stack, `${modules.url("/tasks/1.0.0.ts")}:7:9`);
  assertEquals(await server.leftBehind(), []);
});

Deno.test("one byte changed in the cache is never run: it is healed from the server, and refused without it", async () => {
  await using site = await RemoteSite.added();
  const { server } = site;
  const good = async () => assertEquals((await site.job("greeting", LOOPBACK)).result, "Hello, you.");
  await good();
  const kinds = ["modules", "prepared", "plugins"];
  for (const kind of kinds) {
    await spoil(site, [kind]);
    await good();
  }
  await spoil(site, kinds);
  const verify = await server.run(["plugin", "verify"]);
  assertEquals(verify.code, 1);
  assertStringIncludes(verify.stdout, "5 modules looked at in the store: 5 not as locked.");
  assertStringIncludes(verify.stdout, `${site.modules.url("/greeter/lib/mark.ts")}\n  not in the store`);
  await good();
  // What a run does not need, because its prepared form is whole, is mended by whoever asks for it.
  await server.run(["plugin", "verify", "--remote"], { env: LOOPBACK });
  assertStringIncludes(await server.ok(["plugin", "verify"]), "5 modules looked at in the store: all as locked.");
  await site.stopServing();
  // What is prepared has a hash in the lock, too.
  await spoil(site, ["modules", "plugins"]);
  await good();
  await spoil(site, kinds);
  const { id } = await server.json(["enqueue", "hello", '["you"]']);
  const refused = await server.run(["runworker", "--drain"], { env: LOOPBACK });
  assertEquals(refused.code, 1, refused.stderr);
  assert(refused.stderr.endsWith("(NUVOM_FETCH_CONNECT)\n"), refused.stderr);
  const offline = await server.run(["runworker", "--drain", "--offline"]);
  assertEquals(offline.code, 1, offline.stderr);
  assert(offline.stderr.endsWith("(NUVOM_STORE_MISSING)\n"), offline.stderr);
  assertEquals((await server.json(["status", id])).state, "PENDING");
});

/** Changes one byte in the middle of every file of these kinds. */
async function spoil(site: RemoteSite, kinds: readonly string[]): Promise<void> {
  for (const kind of kinds) {
    const paths = await site.stored(kind);
    assert(paths.length > 0, `nothing is stored under ${kind}`);
    for (const path of paths) {
      const bytes = await Deno.readFile(path);
      bytes[bytes.length >> 1]! += 1;
      await Deno.writeFile(path, bytes);
    }
  }
}

Deno.test("a plugin whose modules are gone leaves neither the realm that was started for it nor a folder", async () => {
  await using site = await RemoteSite.added();
  const { server } = site;
  assertEquals((await site.job("greeting", LOOPBACK)).result, "Hello, you.");
  // What is known of the plugin still holds, so that its realm is started while its modules are looked for.
  await spoil(site, ["modules", "prepared"]);
  await Deno.mkdir(`${server.folder}/tmp`);
  const env = { TMPDIR: `${server.folder}/tmp` };
  const { code, stderr } = await server.run(["runworker", "--drain", "--offline"], { env });
  assert(stderr.endsWith("(NUVOM_STORE_MISSING)\n"), stderr);
  assertEquals([code, await server.leftBehind()], [1, []]);
  assertEquals([...Deno.readDirSync(env.TMPDIR)], []);
});

Deno.test("plugin verify --remote says which module its server changed", async () => {
  await using site = await RemoteSite.added();
  const { server, modules } = site;
  const verify = () => server.run(["plugin", "verify", "--remote"], { env: LOOPBACK });
  const { code, stdout } = await verify();
  assertEquals([code, stdout], [0, "5 modules looked at in the store and at their sources: all as locked.\n"]);
  modules.routes["/words.json"] = '{ "who": "worle" }\n';
  const changed = await verify();
  assertEquals(changed.code, 1);
  assertMatch(
    changed.stdout,
    /^http:\S+\/words\.json\n {2}changed at its source: locked sha256 \w{64}, now \w{64}\n5 modules .*: 1 not as locked\.\n$/,
  );
  // What is locked goes on as it is.
  assertEquals((await site.job("greeting")).result, "Hello, you.");
  assertEquals(site.heard, ["Hello, world!"]);
});

Deno.test("an update that asks for more is blocked with a diff until plugin grant, and frozen refuses all of it", async () => {
  await using site = await RemoteSite.added();
  const { server, modules, sink } = site;
  const more = "evil.example.com:443";
  Object.assign(modules.routes, pluginModules([sink, more], "2.0.0"));
  const before = await site.files();
  const dry = await server.ok(["plugin", "update", "--dry-run"], { env: LOOPBACK });
  assertStringIncludes(dry, "greeter 1.0.0 -> 2.0.0");
  for (
    const args of [["plugin", "update"], ["plugin", "grant", "greeter", `--allow-net=${more}`], [
      "plugin",
      "remove",
      "greeter",
    ]]
  ) {
    const { code, stderr } = await server.run([...args, "--frozen"], { env: LOOPBACK });
    assertEquals(code, 3, stderr);
    assert(stderr.endsWith("(NUVOM_LOCK_FROZEN)\n"), stderr);
  }
  assertEquals(await site.files(), before);
  const update = await server.run(["plugin", "update"], { env: LOOPBACK });
  assertEquals(update.code, 1, update.stderr);
  assertMatch(
    update.stdout,
    /^greeter 1\.0\.0 -> 2\.0\.0 .*\n {2}~ http:\S+\/greeter\/mod\.ts .*\n {2}asks for more: net: evil/,
  );
  const blocked = await server.run(["runworker", "--drain"]);
  assertEquals(blocked.code, 3, blocked.stderr);
  assert(blocked.stderr.endsWith("(NUVOM_LOCK_GRANT)\n"), blocked.stderr);
  const command = /^ {2}nuvom (plugin grant .*)$/m.exec(update.stderr)![1]!.split(" ");
  await server.ok(command);
  assertEquals((await site.job("greeting")).state, "SUCCESS");
  assertEquals(site.heard, ["Hello, world!"]);
  assertEquals((await server.json(["plugin", "list"]))[0].granted, { net: [sink, more] });
});

Deno.test("plugin vendor makes a project that runs without a network, a lock and this cache", async () => {
  await using site = await RemoteSite.added();
  const { server } = site;
  await server.write({ "tasks/local.ts": local(site.modules.url("/greeter/lib/greet.ts")) });
  await server.ok(["plugin", "lock"], { env: LOOPBACK });
  await server.ok(["plugin", "vendor", "copy"], { env: LOOPBACK });
  await site.stopServing();
  await Deno.rename(`${server.folder}/.cache`, `${server.folder}/.gone`);
  const env = { NUVOM_OFFLINE: "1", NUVOM_CACHE_DIR: `${server.folder}/elsewhere` };
  assertNotMatch(await server.read("copy/.nuvom_plugins.toml"), /https?:\/\/127/);
  const [row] = await server.json(["plugin", "list"], { env, cwd: "copy" });
  assertEquals([row.name, row.lock, row.isolation, row.granted], ["greeter", "none", "process", { net: [site.sink] }]);
  for (
    const [task, result] of [["greeting", "Hello, you."], ["local", "local: Hello, you!"], ["hello", "Hello, you!"]]
  ) {
    assertEquals((await site.job(task!, env, "copy")).result, result);
  }
  assertEquals(site.heard, Array(3).fill("Hello, world!"));
});

function local(url: string): string {
  return `import { task } from "nuvom";\nimport { greet } from "${url}";\n` +
    `export const local = task({ name: "local" }, (who: string) => "local: " + greet(who, 1));\n`;
}
