import { assertEquals, assertMatch } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { HEARTBEAT_MS } from "./heartbeat.ts";
import { knownCommands } from "./known_commands.ts";
import { errorOf, TestSite, tracing } from "./testdata/test_site.ts";

const GREET = tracing("greet", {
  provides: '["cli"]',
  requires: '["base"]',
  start: `
    console.log("printed by start");
    context.registerCommand({ name: "say", summary: "Says it", run: (args) => { console.log(...args); return 3; } });
    context.registerCommand({ name: "lie", summary: "", run: ([code]) => JSON.parse(code!) });
    context.registerCommand({ name: "fail", summary: "", run: () => { throw new TypeError("no luck"); } });
  `,
});
const FILES = { "greet.ts": GREET, "base.ts": tracing("base"), "other.ts": tracing("other") };

Deno.test("PluginHost.startCommands() starts the plugin and what it requires, and runs its commands", async () => {
  await using site = await TestSite.with({ files: FILES });
  const printed: string[] = [];
  site.bus.on("command.output", ({ plugin, stream, text }) => printed.push(`${stream} ${plugin}: ${text}`));
  const host = await site.open();
  assertEquals(host.commandPlugins(), ["greet"]);
  const { commands, run } = await host.startCommands("greet");
  assertEquals(site.states, ["base starting", "base running", "greet starting", "greet running"]);
  assertEquals(commands.map(({ name }) => name), ["say", "lie", "fail"]);
  assertEquals(await run("say", ["a", "--b", ""]), 3);
  await host.stopAll();
  assertEquals(printed, ["stdout greet: a --b "]);
  assertEquals(site.lines.filter((line) => line.startsWith("stdout")), ["stdout greet: printed by start"]);
  assertEquals(knownCommands(site.manifest, site.settings.values.cacheDir).plugins.get("greet")?.[0], {
    name: "say",
    summary: "Says it",
  });
});

Deno.test("a command answers an exit code, or its plugin is told what is wrong", async () => {
  await using site = await TestSite.with({ files: FILES });
  const { run } = await (await site.open()).startCommands("greet");
  assertEquals(await run("lie", ["255"]), 255);
  for (const wrong of ["256", "-1", "1.5", '"0"', "null"]) {
    const { code, message } = await errorOf(run("lie", [wrong]));
    assertEquals(code, "NUVOM_PLUGIN_ANSWER");
    assertMatch(message, /^The command "lie" of the plugin "greet" answered what is no exit code: /);
  }
  const { code, message } = await errorOf(run("fail", []));
  assertEquals(code, "NUVOM_PLUGIN_CALL");
  assertMatch(message, /^The plugin "greet" failed in the command fail: no luck \(\.\/greet\.ts:/);
  assertEquals((await errorOf(run("nothing", []))).code, "NUVOM_PLUGIN_NOT_REGISTERED");
});

Deno.test("PluginHost.startCommands() fails where the plugin is optional, too, and not for the sake of others", async () => {
  const start = 'throw new Error("no");';
  await using site = await TestSite.with({
    files: { ...FILES, "base.ts": tracing("base", { start }), "other.ts": "export default 1;" },
    sections: { base: { optional: true }, greet: { optional: true } },
  });
  const { code, message } = await errorOf((await site.open()).startCommands("greet"));
  assertEquals(code, "NUVOM_PLUGIN_START");
  assertMatch(message, /^The plugin "base" could not be started: no/);
});

Deno.test("a command may keep the loop of its process busy for as long as it likes", async () => {
  const start = `context.registerCommand({
    name: "spin",
    summary: "",
    run() {
      console.log("spinning");
      for (const until = Date.now() + 500; Date.now() < until;);
      return 7;
    },
  });`;
  const clock = new FakeClock();
  await using site = await TestSite.with({
    files: { "busy.ts": tracing("busy", { provides: '["cli"]', start }) },
    sections: { busy: { isolation: "process" } },
    clock,
  });
  const { run } = await (await site.open()).startCommands("busy");
  const spinning = site.next("command.output");
  const code = run("spin", []);
  await spinning;
  for (let beat = 0; beat < 10; beat++) await clock.advance(HEARTBEAT_MS);
  assertEquals(await code, 7);
});

Deno.test("a plugin with the name of a command of nuvom's own can't register commands", async () => {
  const start = 'context.registerCommand({ name: "now", summary: "", run: () => 0 });';
  await using site = await TestSite.with({
    files: { "status.ts": tracing("status", { provides: '["cli"]', start }) },
  });
  const { code, message } = await errorOf((await site.open()).startAll());
  assertEquals(code, "NUVOM_PLUGIN_COMMAND");
  assertEquals(
    message,
    'The plugin "status" registers the command "now", but `nuvom status` belongs to nuvom itself. ' +
      "Give the plugin another name.",
  );
});
