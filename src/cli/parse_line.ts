/** Reads what stands behind a command, strictly by its record. @module */

import { parseArgs } from "@std/cli";
import type { CommandRecord, OptionSpec, OptionTable } from "./command.ts";
import { missingPositional, missingValue, repeatedOption, tooMany, unknownOption, unwantedValue } from "./errors.ts";
import { GLOBAL_OPTIONS } from "./options.ts";
import { optionValue } from "./option_value.ts";

/** A command line, read. */
export interface ParsedLine {
  readonly args: readonly string[];
  /** By name: flags are booleans, options that were not given have their default or are undefined. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Only the options that were given. */
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * @throws {NuvomError} `NUVOM_CLI_OPTION`, `NUVOM_CLI_VALUE`, `NUVOM_CLI_ARGUMENT`
 */
export function parseLine(record: CommandRecord, tokens: readonly string[]): ParsedLine {
  const table: OptionTable = { ...record.options, ...GLOBAL_OPTIONS };
  const { options, args } = sort(record.path, table, tokens);
  checkPositionals(record, args);
  const names = Object.keys(table);
  const isFlag = (name: string) => table[name]!.type === "flag";
  const parsed = parseArgs(options, {
    boolean: names.filter(isFlag),
    string: names.filter((name) => !isFlag(name)),
  });
  const values = names.map((name) => [name, valueOf(name, table[name]!, parsed[name])] as const);
  const given = new Set(options.map((option) => option.replace(/^--|=.*$/gs, "")));
  return {
    args,
    options: Object.fromEntries(values),
    given: Object.fromEntries(values.filter(([name]) => given.has(name))),
  };
}

function valueOf(name: string, spec: OptionSpec, given: unknown): unknown {
  if (spec.type === "flag") return given;
  return given === undefined ? "default" in spec ? spec.default : undefined : optionValue(name, spec, String(given));
}

/**
 * Tells options from arguments, and writes every option as one token: `parseArgs` alone would take a misspelt option,
 * a missing value (as "") and a second value as they come, and could not take a value such as `-5` or `-`.
 */
function sort(path: string, table: OptionTable, tokens: readonly string[]): { options: string[]; args: string[] } {
  const options: string[] = [];
  const args: string[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token === "--") return { options, args: [...args, ...tokens.slice(i + 1)] };
    if (!token.startsWith("-") || token === "-") {
      args.push(token);
      continue;
    }
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(token) ?? [];
    const spec = name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
    if (name === undefined || spec === undefined) throw unknownOption(path, token, Object.keys(table));
    if (seen.has(name)) throw repeatedOption(name, spec);
    seen.add(name);
    if (spec.type === "flag") {
      if (value !== undefined) throw unwantedValue(name, value);
      options.push(token);
    } else if (spec.type === "scope") {
      // The next word is never its value: alone it has a meaning.
      if (value === "") throw missingValue(name, spec.metavar, "=");
      options.push(`--${name}=${value ?? ""}`);
    } else {
      options.push(`--${name}=${value ?? nextValue(name, spec.metavar, tokens[++i])}`);
    }
  }
  return { options, args };
}

function nextValue(name: string, metavar: string, next: string | undefined): string {
  if (next === undefined || (next.startsWith("-") && !/^-(\d|$)/.test(next))) throw missingValue(name, metavar);
  return next;
}

function checkPositionals({ path, positionals }: CommandRecord, args: readonly string[]): void {
  if (args.length > positionals.length && positionals.at(-1)?.many !== true) {
    throw tooMany(path, args[positionals.length]!);
  }
  const missing = positionals.find(({ required }, i) => required && i >= args.length);
  if (missing !== undefined) throw missingPositional(path, missing);
}
