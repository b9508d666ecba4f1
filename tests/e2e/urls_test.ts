/** Plugins from URLs in the executable: added, run without their server, verified; consent on a real terminal. @module */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ModuleServer, remotePlugin } from "../../src/host/testdata/module_server.ts";
import { Server } from "./server.ts";

const LOOPBACK = "--allow-http-loopback";

Deno.test("the executable adds a plugin from a URL in an empty folder, and runs it with its server gone", async () => {
  await using server = await Server.with();
  const sources = new ModuleServer(remotePlugin("hello"));
  const url = sources.url("/hello/mod.ts#Exporter");
  try {
    assertEquals(
      await server.ok(["plugin", "add", url, "--yes", LOOPBACK]),
      "Added hello under monitoring. 2 modules from URLs are locked.\n",
    );
    sources.files["/hello/dep.ts"] += " ";
    const changed = await server.run(["plugin", "verify", "--remote", LOOPBACK]);
    assertEquals(changed.code, 1);
    assertMatch(changed.stdout, /^http:\S+\/hello\/dep\.ts\n {2}changed at its source/);
  } finally {
    await sources[Symbol.asyncDispose]();
  }
  assertMatch(await server.ok(["plugin", "list"]), /^hello +1\.0\.0 +monitoring +process +locked +- +http:/m);
  assertMatch(await server.ok(["plugin", "inspect", "hello"]), /^└─ http:\S+\/hello\/dep\.ts +34 B +\w{16}$/m);
  const { code, stderr } = await server.run(["runworker", "--drain"]);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "hello from dep");
  const lock = JSON.parse(await Deno.readTextFile(`${server.folder}/.nuvom_plugins.lock`));
  const { sha256 } = lock.modules[url.replace("mod.ts#Exporter", "dep.ts")];
  await server.write({ [`.cache/nuvom/modules/${sha256.slice(0, 2)}/${sha256.slice(2)}`]: "throw 'poison';" });
  await Deno.remove(`${server.folder}/.cache/nuvom/prepared`, { recursive: true });
  assertEquals((await server.run(["plugin", "verify"])).code, 1);
  const refused = await server.run(["runworker", "--drain", "--offline"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "NUVOM_STORE_MISSING");
});

Deno.test("plugin add asks on a terminal: a no, Ctrl-D and Ctrl-C change nothing, two yeses add and grant", async () => {
  await using sources = new ModuleServer(remotePlugin("hello", { permissions: '{ env: ["A"] }' }));
  await using server = await Server.with();
  const add = `plugin add ${sources.url("/hello/mod.ts#Exporter")} ${LOOPBACK}`;
  for (const [keys, expected] of [[["n\n"], 1], [["\x04"], 1], [["\x03"], 130], [["y\n", "\x03"], 130]] as const) {
    assertEquals((await onTerminal(server, add, keys)).code, expected);
    assertEquals(await Deno.stat(`${server.folder}/.nuvom_plugins.toml`).catch(() => null), null);
  }
  const { code, shown } = await onTerminal(server, add, ["y\n", "y\n"]);
  assertEquals(code, 0, shown);
  assertStringIncludes(shown, "Add this code to the project? [y/N] y");
  assertStringIncludes(shown, "Grant it what it asks for (env: A)? [y/N] y");
  assertEquals((await server.run(["plugin", "list"])).code, 0);
});

/** Types each text when a question is shown. */
function onTerminal(server: Server, line: string, keys: readonly string[]) {
  const left = [...keys];
  let questions = 0;
  return server.onTerminal(line, (shown) => {
    const asked = shown.split("[y/N] ").length - 1;
    if (asked === questions) return;
    questions = asked;
    return left.shift()!;
  });
}
