/** Commands that plugins add to the executable. @module */

import { assertEquals, assertMatch } from "@std/assert";
import { Server } from "./server.ts";

const plugin = (name: string) =>
  `import { registerCommand } from "nuvom";
export default {
  name: "${name}",
  provides: ["cli"],
  permissions: { write: ["./trace"] },
  start() {
    Deno.writeTextFileSync("trace/${name}", "started\\n", { append: true });
    registerCommand({ name: "say", summary: "Says it", run: (args: string[]) => (console.log(...args), 3) });
    registerCommand({ name: "fail", summary: "Fails", run: () => { throw new TypeError("no luck"); } });
    registerCommand({ name: "spin", summary: "Spins", run: () => { console.error("spinning"); while (true); } });
  },
  stop() {},
};
`;
const section = (name: string) =>
  `[plugin.${name}]\nisolation = "process"\npermissions = { write = ["./trace"] }\noptional = true\n`;
const FILES = {
  ".nuvom_plugins.toml": `[plugins]\ncli = ["./greet.ts", "./status.ts"]\n${section("greet")}${section("status")}`,
  "greet.ts": plugin("greet"),
  "status.ts": plugin("status"),
  "trace/.keep": "",
};

Deno.test("a plugin's command runs in its realm: words, output, exit code, error, signal", async () => {
  await using server = await Server.with(FILES);
  assertEquals(await server.run(["greet", "say", "a b", "--json"]), { code: 3, stdout: "a b --json\n", stderr: "" });
  const { code, stdout, stderr } = await server.run(["greet", "fail"]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(
    stderr,
    /^The plugin "greet" failed in the command fail: no luck \(\.\/greet\.ts:.*\)\. \(NUVOM_PLUGIN_CALL\)\n$/,
  );
  const spinning = server.start(["greet", "spin"], { env: { NUVOM_PLUGIN_STOP_TIMEOUT_SECS: "1" } });
  await spinning.saw("spinning");
  assertEquals((await spinning.end("SIGINT")).code, 130);
  assertEquals(await server.leftBehind(), []);
  assertEquals(
    await Array.fromAsync(Deno.readDir(`${server.folder}/trace`), ({ name }) => name).then((all) => all.sort()),
    [
      ".keep",
      "greet",
    ],
  );
});

Deno.test("a plugin's command can't shadow one of nuvom's, and help starts nothing", async () => {
  await using server = await Server.with(FILES);
  await server.ok(["plugin", "list"]);
  await server.ok(["greet", "--help"]);
  await server.ok(["greet"]);
  await server.ok(["--help"]);
  assertEquals(await server.read("trace/greet").catch(() => null), null);
  const status = await server.run(["status", "say"]);
  assertEquals(status.code, 4);
  assertMatch(status.stderr, /NUVOM_JOB_UNKNOWN/);
  assertEquals(await server.read("trace/status").catch(() => null), null);
  const worker = await server.run(["runworker", "--drain"]);
  assertMatch(
    worker.stderr,
    /The plugin "status" registers the command "say", but `nuvom status` belongs to nuvom itself/,
  );
});
