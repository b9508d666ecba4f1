/** What can be wrong with a command line, and what commands find out themselves. @module */

import { type ErrorCode, type ExitCode, NuvomError } from "../core/errors.ts";
import { nearestName } from "../core/nearest.ts";
import type { OptionSpec, PositionalSpec } from "./command.ts";

/** `NUVOM_CLI_COMMAND`: the words begin no command. */
export function unknownCommand(words: string, paths: readonly string[]): NuvomError {
  const nearest = nearestName(words, paths);
  return usage(
    "NUVOM_CLI_COMMAND",
    `There is no command \`nuvom ${words}\`.`,
    nearest === undefined ? "See `nuvom --help`." : `Did you mean \`nuvom ${nearest}\`?`,
  );
}

/** `NUVOM_CLI_COMMAND`: it may be the name of a plugin that help must not read. */
export function unreadCommand(words: string): NuvomError {
  return usage(
    "NUVOM_CLI_COMMAND",
    `There is no command \`nuvom ${words}\`, unless a plugin adds it that was not read yet.`,
    "Run `nuvom plugin list`, which reads them all, or see `nuvom --help`.",
  );
}

/** `NUVOM_CLI_COMMAND`: a word is missing. */
export function incompleteCommand(words: string, paths: readonly string[]): NuvomError {
  const next = paths.filter((path) => path.startsWith(`${words} `)).map((path) => path.slice(words.length + 1));
  return usage(
    "NUVOM_CLI_COMMAND",
    `\`nuvom ${words}\` is only the beginning of a command.`,
    `Go on with one of: ${next.join(", ")}.`,
  );
}

/** `NUVOM_CLI_OPTION` */
export function unknownOption(path: string, token: string, names: readonly string[]): NuvomError {
  const name = token.replace(/^-+/, "").replace(/=.*$/s, "");
  const nearest = nearestName(name, names);
  return usage(
    "NUVOM_CLI_OPTION",
    `${called(path)} has no option ${token.replace(/=.*$/s, "")}.`,
    nearest === undefined ? seeHelp(path) : `Did you mean --${nearest}?`,
  );
}

/** `NUVOM_CLI_OPTION` */
export function repeatedOption(name: string, spec: OptionSpec): NuvomError {
  const joint = spec.type === "scope" ? "=" : " ";
  const mend = spec.type === "list" || spec.type === "scope"
    ? `Write the values in one, separated by commas: --${name}${joint}a,b.`
    : "Give it once.";
  return usage("NUVOM_CLI_OPTION", `The option --${name} is given more than once.`, mend);
}

/** `NUVOM_CLI_VALUE` */
export function badLogLevel(value: string): NuvomError {
  return usage(
    "NUVOM_CLI_VALUE",
    `${JSON.stringify(value)} is no level of the log.`,
    "Write debug, info, warn or error, or CATEGORY=LEVEL, such as job=debug.",
  );
}

/** `NUVOM_CLI_VALUE` */
export function missingValue(name: string, metavar: string, joint: " " | "=" = " "): NuvomError {
  return usage("NUVOM_CLI_VALUE", `The option --${name} has no value.`, `Write --${name}${joint}${metavar}.`);
}

/** `NUVOM_CLI_VALUE` */
export function unwantedValue(name: string, value: string): NuvomError {
  return usage(
    "NUVOM_CLI_VALUE",
    `The option --${name} takes no value, but ${JSON.stringify(value)} was given.`,
    `Write --${name} alone.`,
  );
}

/** `NUVOM_CLI_VALUE` */
export function badValue(name: string, text: string, allowed: string): NuvomError {
  return usage("NUVOM_CLI_VALUE", `${JSON.stringify(text)} is no value for --${name}.`, `Use ${allowed}.`);
}

/** `NUVOM_CLI_ARGUMENT` */
export function missingPositional(path: string, { name, doc }: PositionalSpec): NuvomError {
  return usage(
    "NUVOM_CLI_ARGUMENT",
    `${called(path)} needs ${name}: ${lowerFirst(doc).replace(/\.$/, "")}.`,
    seeHelp(path),
  );
}

/** `NUVOM_CLI_ARGUMENT` */
export function tooMany(path: string, extra: string): NuvomError {
  return usage(
    "NUVOM_CLI_ARGUMENT",
    `${called(path)} takes no further argument, but ${JSON.stringify(extra)} was given.`,
    `Put quotes around arguments with spaces. ${seeHelp(path)}`,
  );
}

/** An error of exit code 2. */
export function usage(code: ErrorCode, what: string, mend: string): NuvomError {
  return problem(code, 2, what, mend);
}

/** An error with the exit code given. */
export function problem(code: ErrorCode, exitCode: ExitCode, what: string, mend: string): NuvomError {
  return new NuvomError(code, { what, mend, exitCode });
}

function seeHelp(path: string): string {
  return `See ${called(`${path} --help`)}.`;
}

function called(words: string): string {
  return `\`${`nuvom ${words.trim()}`.trim()}\``;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
