/** The escape list in the executable and from source, in realms of both kinds that contain it. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { ESCAPE_LIST } from "../../src/host/escape/list.ts";
import { executable } from "./executable.ts";
import { Server } from "./server.ts";

interface Row {
  readonly plugin: string;
  readonly isolation: string;
  readonly name: string;
  readonly outcome: "contained" | "open" | "not promised" | "granted";
  readonly detail: string | null;
}

const ROOT = fromFileUrl(import.meta.resolve("../../"));
const PLUGIN = (name: string) => `export default { name: "${name}", provides: ["monitoring"], start() {}, stop() {} };`;
const FILES = {
  ".nuvom_plugins.toml": `[plugins]
monitoring = ["./apart.js", "./near.js", "./trusted.js", "./granted.js"]
[plugin.apart]
isolation = "process"
memory_mb = 256
[plugin.near]
isolation = "worker"
[plugin.trusted]
isolation = "inline"
[plugin.granted]
isolation = "worker"
permissions = { net = ["127.0.0.1"] }
`,
  "apart.js": PLUGIN("apart"),
  "near.js": PLUGIN("near"),
  "trusted.js": PLUGIN("trusted"),
  "granted.js": PLUGIN("granted"),
};

/** How nuvom is started: the executable, or Deno as `deno task nuvom` starts it. */
const COMMANDS = {
  "in the executable": async () => [await executable()],
  "from source": () =>
    Promise.resolve([
      Deno.execPath(),
      ...["run", "-A", "--quiet", "--v8-flags=--disallow-code-generation-from-strings"],
      `--config=${ROOT}deno.json`,
      `${ROOT}cli.ts`,
    ]),
};

async function tested(command: readonly string[], plugin: string) {
  const folder = await Deno.makeTempDir({ prefix: "nuvom-test-" });
  try {
    for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const { code, stdout, stderr } = await new Deno.Command(command[0]!, {
      args: [...command.slice(1), "plugin", "test", plugin, "--sandbox", "--json"],
      cwd: folder,
      env: { NO_COLOR: "1", NUVOM_CACHE_DIR: `${folder}/cache` },
      stdin: "null",
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    const lines = out!.trimEnd().split("\n").map((line) => JSON.parse(line));
    return { code, rows: lines.slice(0, -1) as Row[], summary: lines.at(-1).summary, err: err! };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [where, command] of Object.entries(COMMANDS)) {
  for (const [plugin, isolation] of [["apart", "process"], ["near", "worker"]] as const) {
    Deno.test(`the escape list is contained ${where}: ${isolation}`, async (t) => {
      const { code, rows, err } = await tested(await command(), plugin);
      for (const probe of ESCAPE_LIST) {
        await t.step(probe.name, () => {
          const row = rows.find(({ name }) => name === probe.name);
          const wanted = probe.promisedBy.includes(isolation) ? "contained" : "not promised";
          assertEquals(row?.outcome, wanted, row?.detail ?? err);
        });
      }
      assertEquals([code, err], [0, ""]);
    });
  }
}

Deno.test("plugin test --sandbox says of each row what the isolation does not promise, and what the grant gives", async () => {
  const command = await COMMANDS["in the executable"]();
  const inline = await tested(command, "trusted");
  assertEquals(inline.rows.map(({ outcome }) => outcome), ESCAPE_LIST.map(() => "not promised" as const));
  assertEquals([inline.code, inline.summary.notPromised], [0, ESCAPE_LIST.length]);
  const granted = await tested(command, "granted");
  const row = granted.rows.find(({ name }) => name === "sockets outside of the grant");
  assertEquals([row?.outcome, row?.detail], ["granted", "net 127.0.0.1"]);
  assert(granted.rows.every(({ outcome }) => outcome !== "open"));
});

const noTerminal = await Deno.stat("/usr/bin/script").then(() => null, () => 'there is no "script" command');

Deno.test({
  name: `no permission is asked for on a terminal${noTerminal === null ? "" : ` (left out: ${noTerminal})`}`,
  ignore: noTerminal !== null,
  async fn() {
    await using server = await Server.with(FILES);
    const asked = /Deno requests|Allow\?/;
    // An answer, so that a question would not wait for ever.
    const { code, shown } = await server.onTerminal(
      "plugin test near --sandbox",
      (text) => asked.test(text) ? "n\n" : undefined,
    );
    assert(!asked.test(shown), shown);
    assertMatch(shown, /\d+ contained, 0 not contained against the promise/);
    assert(!shown.includes("RAW"), shown);
    assertEquals(code, 0);
  },
});
