import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { CommandRecord } from "./command.ts";
import { parseLine } from "./parse_line.ts";

const RECORD = {
  path: "sort out",
  group: "Jobs",
  summary: "Sort",
  description: [],
  positionals: [{ name: "ID", required: true, doc: "What to sort." }, { name: "MORE", required: false, doc: "More." }],
  options: {
    "all": { type: "flag", doc: "All." },
    "name": { type: "text", metavar: "NAME", doc: "A name." },
    "limit": { type: "integer", metavar: "N", min: -5, max: 10, default: 3, doc: "How many." },
    "delay": { type: "duration", metavar: "DURATION", doc: "When." },
    "kind": { type: "choice", metavar: "KIND", choices: ["RED", "BLUE"], doc: "Which." },
    "queues": { type: "list", metavar: "A,B", doc: "Where." },
  },
  examples: [{ line: "nuvom sort out 1", doc: "Sorts." }],
} as const satisfies CommandRecord;

function refusal(...tokens: string[]): [string, number, string] {
  const { code, exitCode, message } = assertThrows(() => parseLine(RECORD, tokens), NuvomError);
  return [code, exitCode, message];
}

Deno.test("parseLine() reads values by their type, behind = or a space", () => {
  const { args, options } = parseLine(RECORD, [
    ..."a --all --name=x=y --limit -2 --delay 1.5s --kind blue --queues".split(" "),
    "a, b",
    "b",
  ]);
  assertEquals(args, ["a", "b"]);
  const { all, name, limit, delay, kind, queues, json, manifest } = options;
  assertEquals([all, name, limit, delay, kind, queues], [true, "x=y", -2, 1_500, "BLUE", ["a", "b"]]);
  assertEquals([json, manifest], [false, undefined]);
});

Deno.test("parseLine() fills in defaults, and leaves out what was not given", () => {
  const { options, given } = parseLine(RECORD, ["a", "--kind=red"]);
  assertEquals(given, { kind: "RED" });
  assertEquals([options.limit, options.all, options.name, options.queues], [3, false, undefined, undefined]);
});

Deno.test("parseLine() takes a lone - as a value and as an argument, and all behind -- as arguments", () => {
  assertEquals(parseLine(RECORD, ["-", "--name", "-"]).args, ["-"]);
  assertEquals(parseLine(RECORD, ["--", "--all", "-x"]).args, ["--all", "-x"]);
  assertEquals(parseLine(RECORD, ["--", "--all"]).options.all, false);
});

Deno.test("parseLine() keeps arguments that look like numbers or booleans as they are", () => {
  assertEquals(parseLine(RECORD, ["--all", "true", "007"]).args, ["true", "007"]);
});

Deno.test("parseLine() refuses what the record does not know, with the nearest name", () => {
  assertEquals(refusal("a", "--limt", "3"), [
    "NUVOM_CLI_OPTION",
    2,
    "`nuvom sort out` has no option --limt. Did you mean --limit?",
  ]);
  assertStringIncludes(refusal("a", "--qzvbnmkl=3")[2], "has no option --qzvbnmkl. See `nuvom sort out --help`.");
  assertStringIncludes(refusal("a", "-x")[2], "has no option -x.");
  assertStringIncludes(refusal("a", "--constructor")[2], "has no option --constructor.");
  assertStringIncludes(refusal("a", "--all.x")[2], "has no option --all.x. Did you mean --all?");
});

Deno.test("parseLine() refuses a missing value, a value of a flag, and an option given twice", () => {
  assertEquals(refusal("a", "--limit"), [
    "NUVOM_CLI_VALUE",
    2,
    "The option --limit has no value. Write --limit N.",
  ]);
  assertStringIncludes(refusal("a", "--name", "--all")[2], "The option --name has no value.");
  assertStringIncludes(refusal("a", "--all=yes")[2], 'The option --all takes no value, but "yes" was given.');
  assertStringIncludes(refusal("a", "--all", "--all")[2], "The option --all is given more than once.");
  assertStringIncludes(refusal("a", "--queues", "a", "--queues=b")[2], "Write the values in one, separated by commas");
});

Deno.test("parseLine() refuses a value of the wrong type, and names the option", () => {
  for (const value of ["x", "1.5", "11", "-6", "", "1e1", "0x1"]) {
    assertEquals(refusal("a", `--limit=${value}`), [
      "NUVOM_CLI_VALUE",
      2,
      `${JSON.stringify(value)} is no value for --limit. Use a whole number from -5 to 10.`,
    ]);
  }
  assertStringIncludes(refusal("a", "--delay=10")[2], '"10" is no value for --delay. Use a duration such as 250ms');
  assertStringIncludes(refusal("a", "--kind=green")[2], '"green" is no value for --kind. Use one of RED, BLUE.');
  assertStringIncludes(refusal("a", "--queues=,")[2], "Use names separated by commas.");
  assertStringIncludes(refusal("a", "--name=")[2], "Use a text that is not empty.");
});

Deno.test("parseLine() refuses a missing and a surplus argument", () => {
  assertEquals(refusal(), [
    "NUVOM_CLI_ARGUMENT",
    2,
    "`nuvom sort out` needs ID: what to sort. See `nuvom sort out --help`.",
  ]);
  assertStringIncludes(refusal("a", "b", "c d")[2], 'takes no further argument, but "c d" was given.');
});
