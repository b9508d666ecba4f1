/** Finds the command in a command line. @module */

import type { Command } from "./command.ts";
import { incompleteCommand, unknownCommand } from "./errors.ts";
import { GLOBAL_OPTIONS } from "./options.ts";

/** A command, or the beginning of several (`plugin`; nothing at all), and what else stands in the line. */
export interface FoundCommand {
  /** Null when the words name no command yet. */
  readonly command: Command | null;
  /** The words that were read. */
  readonly words: string;
  readonly rest: readonly string[];
  /** Present where the first word is none of nuvom's own: `words` may be a plugin, and these are its words, untouched. */
  readonly plugin?: readonly string[];
}

/**
 * Options may stand anywhere, also before the command, but behind the name of a plugin all is the plugin's; `-h` and `help COMMAND` become `--help`, `--version` the command.
 * @throws {NuvomError} `NUVOM_CLI_COMMAND`
 */
export function findCommand(commands: readonly Command[], args: readonly string[]): FoundCommand {
  const paths = commands.map(({ record }) => record.path);
  const line = inOneForm(args);
  const rest: string[] = [];
  let words = "";
  for (let i = 0; i < line.length; i++) {
    const token = line[i]!;
    if (token.startsWith("-")) {
      rest.push(token);
      if (takesNext(token) && i + 1 < line.length) rest.push(line[++i]!);
      continue;
    }
    words = words === "" ? token : `${words} ${token}`;
    const exact = commands.find(({ record }) => record.path === words);
    if (exact !== undefined) return { command: exact, words, rest: [...rest, ...line.slice(i + 1)] };
    if (paths.some((path) => path.startsWith(`${words} `))) continue;
    if (words !== token) throw unknownCommand(words, paths);
    const asksHelp = args[0] === "help";
    return {
      command: null,
      words,
      rest: asksHelp ? [...rest, "--help"] : rest,
      plugin: asksHelp ? [] : args.slice(i + 1),
    };
  }
  if (words !== "" && !rest.includes("--help")) throw incompleteCommand(words, paths);
  return { command: null, words, rest };
}

function inOneForm(args: readonly string[]): string[] {
  const line = args[0] === "help" ? [...args.slice(1), "--help"] : [...args];
  if (line[0] === "--version") line[0] = "version";
  const end = line.indexOf("--");
  return line.map((token, i) => token === "-h" && (end === -1 || i < end) ? "--help" : token);
}

/** Only options of every command can stand before the command is known. */
function takesNext(token: string): boolean {
  const name = token.replace(/^--/, "") as keyof typeof GLOBAL_OPTIONS;
  return Object.hasOwn(GLOBAL_OPTIONS, name) && GLOBAL_OPTIONS[name].type !== "flag";
}
