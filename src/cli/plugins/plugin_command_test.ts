import { assertEquals, assertMatch } from "@std/assert";
import { main } from "../main.ts";
import { COMMANDS } from "../table.ts";
import { TestIo, TestProject } from "../testing.ts";

const GREET = `export default {
  name: "greet",
  provides: ["cli"],
  start(_settings, context) {
    context.registerCommand({
      name: "say",
      summary: "Says\\u001b[31m it",
      run(args) {
        console.log("\\u001b[31mout", JSON.stringify(args));
        console.error("err");
        return args.length;
      },
    });
    context.registerCommand({
      name: "wait",
      summary: "Waits",
      run: () => new Promise(() => console.log("waiting")),
    });
  },
  stop() {},
};
`;
const PROJECT = { ".nuvom_plugins.toml": '[plugins]\ncli = ["./greet.ts"]\n', "greet.ts": GREET };

Deno.test("nuvom PLUGIN NAME runs the plugin's command with its words untouched, and prints what it prints", async () => {
  await using project = await TestProject.with(PROJECT);
  const words = ["a b", "--json", "--help", "--", "-h"];
  // Also where the log shows what plugins print.
  const { code, out, err } = await project.nuvom(["greet", "say", ...words], { env: { NUVOM_LOG_LEVEL: "warn" } });
  assertEquals([code, out, err], [5, `out ${JSON.stringify(words)}\n`, "err\n"]);
  const logged = await project.nuvom(["--log-level", "info", "greet", "say"]);
  assertEquals([logged.code, logged.out], [0, "out []\n"]);
  assertEquals(logged.err.match(/\bout\b/), null);
});

Deno.test("nuvom PLUGIN NAME names the nearest command", async () => {
  await using project = await TestProject.with(PROJECT);
  for (
    const [args, nearest] of [[["gret", "say"], "greet"], [["greet", "sey"], "greet say"], [["enqeue", "x"], "enqueue"]]
  ) {
    const { code, out, err } = await project.nuvom(args as string[]);
    assertEquals([code, out], [2, ""]);
    assertMatch(err, new RegExp(`Did you mean \`nuvom ${nearest}\`\\? \\(NUVOM_CLI_COMMAND\\)\n$`));
  }
  await using nothing = await TestProject.with({});
  const { code, err } = await nothing.nuvom(["greet", "say"]);
  assertEquals([code, err], [2, "There is no command `nuvom greet`. See `nuvom --help`. (NUVOM_CLI_COMMAND)\n"]);
});

Deno.test("nuvom PLUGIN --help shows what is remembered of its commands, and reads no plugin for it", async () => {
  await using project = await TestProject.with(PROJECT);
  const unread = await project.nuvom(["greet", "--help"]);
  assertEquals([unread.code, unread.out], [2, ""]);
  assertMatch(unread.err, /unless a plugin adds it that was not read yet\. Run `nuvom plugin list`/);
  await project.nuvom(["plugin", "list"]);
  assertMatch((await project.nuvom(["greet"])).out, /shown here once it was started/);
  await project.nuvom(["greet", "say"]);
  await project.write({ "greet.ts": "throw new Error('read');" });
  for (const args of [["greet"], ["greet", "-h"], ["help", "greet", "say"], ["--help", "greet"]]) {
    const { code, out, err } = await project.nuvom(args);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^Usage {2}nuvom greet COMMAND \[arguments\]\n\n.*\nsay +Says it\nwait +Waits\n$/);
  }
});

Deno.test("a signal ends a plugin's command", async () => {
  await using project = await TestProject.with(PROJECT);
  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const env = { NUVOM_CACHE_DIR: `${project.folder}/cache` };
    const io = new TestIo({ args: ["greet", "wait"], cwd: project.folder, env });
    const code = main(io, COMMANDS);
    await io.out.saw("waiting");
    io.raise(signal);
    assertEquals([await code, io.err.text], [expected, ""]);
  }
});

Deno.test("a plugin's command ends quietly when nobody reads its output", async () => {
  await using project = await TestProject.with(PROJECT);
  const env = { NUVOM_CACHE_DIR: `${project.folder}/cache` };
  const io = new TestIo({ args: ["greet", "wait"], cwd: project.folder, env });
  io.out.closed = true;
  assertEquals([await main(io, COMMANDS), io.err.text], [0, ""]);
});
