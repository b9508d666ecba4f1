import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findCommand } from "./find_command.ts";
import { parseLine } from "./parse_line.ts";
import { COMMANDS } from "./table.ts";
import { nuvom, type TestIoOptions } from "./testing.ts";
import { textWidth } from "./text.ts";

Deno.test("every command says what it is, what its options do, and shows an example that can be parsed", async (t) => {
  for (const { record } of COMMANDS) {
    await t.step(record.path, () => {
      assertMatch(record.summary, /^[A-Z].*[^.]$/);
      for (const paragraph of record.description) assertMatch(paragraph, /^ |^[A-Z].*[.:]$/s);
      for (const { doc } of [...Object.values(record.options), ...record.positionals]) assertMatch(doc, /^[A-Z].*\.$/);
      assert(record.examples.length > 0);
      for (const { line, doc } of record.examples) {
        assertMatch(doc, /^[A-Z].*\.$/);
        const [, words] = /^(?:[A-Z_]+=\S+ )?nuvom (.*)$/.exec(line)!;
        const found = findCommand(COMMANDS, shellWords(words!));
        assertEquals(found.command?.record.path, record.path);
        parseLine(found.command!.record, found.rest);
      }
    });
  }
});

Deno.test("no command is the beginning of another one", () => {
  const paths = COMMANDS.map(({ record }) => record.path);
  for (const path of paths) assert(!paths.some((other) => other !== path && `${other} `.startsWith(`${path} `)), path);
});

Deno.test("nuvom alone, --help and help show every command and its summary", async () => {
  const pages = await Promise.all([[], ["--help"], ["-h"], ["help"]].map((args) => nuvom(args)));
  for (const { code, out, err } of pages) {
    assertEquals([code, err], [0, ""]);
    for (const { record } of COMMANDS) assertStringIncludes(out, record.summary);
    assertStringIncludes(out, "nuvom init my-project");
  }
});

Deno.test("help of a command shows its arguments, options and examples, and fits the terminal", async (t) => {
  for (const { record } of COMMANDS) {
    await t.step(record.path, async () => {
      const { code, out } = await nuvom([...record.path.split(" "), "--help"], { columns: 80, env: { NO_COLOR: "1" } });
      assertEquals(code, 0);
      const names = Object.keys(record.options).map((name) => `--${name}`);
      for (const part of [...names, "--json", "--manifest PATH", record.examples[0]!.line]) {
        assertStringIncludes(out, part);
      }
      const lines = out.split("\n").filter((line) => !line.startsWith("  ") && !line.includes("{"));
      for (const line of lines) assert(textWidth(line) <= 80, line);
      assertEquals(
        (await nuvom(["help", ...record.path.split(" ")], { columns: 80, env: { NO_COLOR: "1" } })).out,
        out,
      );
    });
  }
});

Deno.test("help is shown even where the rest of the line is wrong, but not for what follows --", async () => {
  assertEquals((await nuvom(["status", "--nonsense", "--help"])).code, 0);
  assertEquals((await nuvom(["status", "a", "b", "--", "--help"])).code, 2);
});

Deno.test("nuvom without a command refuses what it does not know", async () => {
  const { code, out, err } = await nuvom(["--nonsense"]);
  assertEquals([code, out], [2, ""]);
  assertEquals(err, "`nuvom` has no option --nonsense. See `nuvom --help`. (NUVOM_CLI_OPTION)\n");
});

Deno.test("help of the beginning of a command lists what goes on from there", async () => {
  const { out } = await nuvom(["plugin", "--help"]);
  assertStringIncludes(out, "plugin inspect");
  assert(!out.includes("enqueue"));
});

Deno.test("help --json is the record", async () => {
  const { out } = await nuvom(["help", "status", "--json"]);
  const { path, options } = JSON.parse(out);
  assertEquals([path, options["queue-backend"].env], ["status", "NUVOM_QUEUE_BACKEND"]);
  assertEquals(JSON.parse((await nuvom(["--help", "--json"])).out).length, COMMANDS.length);
});

Deno.test("help is painted only on a terminal, and not with NO_COLOR", async () => {
  assertStringIncludes((await nuvom([], { columns: 80 })).out, "\x1b[1m");
  const plain: TestIoOptions[] = [{}, { columns: 80, env: { NO_COLOR: "1" } }, { columns: 80, env: { TERM: "dumb" } }];
  for (const options of plain) assert(!(await nuvom([], options)).out.includes("\x1b"));
});

/** Enough of a shell for the examples. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}
