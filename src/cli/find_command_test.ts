import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { COMMAND_WORDS } from "../host/registrations.ts";
import { findCommand } from "./find_command.ts";
import { COMMANDS } from "./table.ts";

function found(...args: string[]): [string | undefined, readonly string[]] {
  const { command, rest } = findCommand(COMMANDS, args);
  return [command?.record.path, rest];
}

function refusal(...args: string[]): string {
  const { code, exitCode, message } = assertThrows(() => findCommand(COMMANDS, args), NuvomError);
  assertEquals([code, exitCode], ["NUVOM_CLI_COMMAND", 2]);
  return message;
}

Deno.test("findCommand() finds commands of one and of two words", () => {
  assertEquals(found("status", "x", "--json"), ["status", ["x", "--json"]]);
  assertEquals(found("plugin", "list"), ["plugin list", []]);
});

Deno.test("findCommand() takes options before and between the words", () => {
  assertEquals(found("--manifest", "a.toml", "plugin", "--json", "list", "x"), [
    "plugin list",
    ["--manifest", "a.toml", "--json", "x"],
  ]);
  assertEquals(found("--manifest=a.toml", "config"), ["config", ["--manifest=a.toml"]]);
});

Deno.test("findCommand() turns help and --version into what they stand for", () => {
  assertEquals(found("help", "plugin", "list"), ["plugin list", ["--help"]]);
  assertEquals(found("help"), [undefined, ["--help"]]);
  assertEquals(found("--version", "--json"), ["version", ["--json"]]);
});

Deno.test("findCommand() answers no command for nothing, and for the beginning of one with --help", () => {
  assertEquals(found(), [undefined, []]);
  assertEquals(found("plugin", "--help"), [undefined, ["--help"]]);
  assertEquals(found("plugin", "-h"), [undefined, ["--help"]]);
});

Deno.test("findCommand() refuses unknown and incomplete commands", () => {
  assertEquals(refusal("plugin", "lst"), "There is no command `nuvom plugin lst`. Did you mean `nuvom plugin list`?");
  assertStringIncludes(refusal("plugin"), "Go on with one of: list, inspect, status, reload, add, remove, ");
});

Deno.test("findCommand() leaves all behind a word that is none of nuvom's own to the plugin of that name", () => {
  const found = (...args: string[]) => {
    const { words, rest, plugin } = findCommand(COMMANDS, args);
    return [words, rest, plugin];
  };
  assertEquals(found("--manifest", "a.toml", "greet", "hello", "-h", "--", "--json"), [
    "greet",
    ["--manifest", "a.toml"],
    ["hello", "-h", "--", "--json"],
  ]);
  assertEquals(found("help", "greet", "hello"), ["greet", ["--help"], []]);
  assertEquals(found("enqeue"), ["enqeue", [], []]);
});

Deno.test("no plugin may take the first word of a command", () => {
  const words = COMMANDS.map(({ record }) => record.path.split(" ")[0]!);
  assertEquals(COMMAND_WORDS, [...new Set([...words, "help"])].sort());
});
