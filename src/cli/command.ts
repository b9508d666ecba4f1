/** What a command is: a record from which parser, help and documentation are made, and a function that runs. @module */

import type { Io } from "./io.ts";

/** What every option says of itself. */
interface OptionDoc {
  /** A full sentence. */
  readonly doc: string;
  /** The variable that says the same, where the option is a setting. */
  readonly env?: string;
}

/** An option with a value, as help shows it: `--limit N`. */
interface ValueDoc extends OptionDoc {
  readonly metavar: string;
}

/** One option of a command. */
export type OptionSpec =
  | ({ readonly type: "flag" } & OptionDoc)
  | ({ readonly type: "text"; readonly default?: string } & ValueDoc)
  | ({ readonly type: "integer"; readonly min: number; readonly max: number; readonly default?: number } & ValueDoc)
  /** Its value is milliseconds. */
  | ({ readonly type: "duration" } & ValueDoc)
  | ({ readonly type: "choice"; readonly choices: readonly string[]; readonly default?: string } & ValueDoc)
  /** Values separated by commas. */
  | ({ readonly type: "list" } & ValueDoc)
  /** The same behind `=`; alone it means everything of its kind, as options of Deno do. */
  | ({ readonly type: "scope" } & ValueDoc);

/** Options by name, without dashes. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

/** An argument that is known by its place. */
export interface PositionalSpec {
  /** As help shows it: `TASK`. */
  readonly name: string;
  readonly required: boolean;
  /** Any number of them: only of the last. */
  readonly many?: boolean;
  readonly doc: string;
}

/** A command line and what it does. */
export interface CommandExample {
  readonly line: string;
  readonly doc: string;
}

/** The headings of `nuvom --help`, in order. */
export const COMMAND_GROUPS = ["Project", "Jobs", "Queues", "Tasks", "Plugins"] as const;

/** A command as data: nothing here is costly to load. */
export interface CommandRecord<O extends OptionTable = OptionTable> {
  /** The words that call it: `plugin list`. */
  readonly path: string;
  readonly group: (typeof COMMAND_GROUPS)[number];
  /** What it does, in a few words without a full stop. */
  readonly summary: string;
  /** What else there is to know, in paragraphs; one that begins with spaces is shown as it is. */
  readonly description: readonly string[];
  readonly positionals: readonly PositionalSpec[];
  /** Its own options; those that every command has come on top. */
  readonly options: O;
  /** At least one. */
  readonly examples: readonly CommandExample[];
}

/** The values of options by name, typed by what their record says. */
export type OptionValues<O extends OptionTable> = {
  readonly [K in keyof O]: O[K] extends { type: "flag" } ? boolean
    : O[K] extends { default: string | number } ? OptionValue<O[K]>
    : OptionValue<O[K]> | undefined;
};

type OptionValue<S extends OptionSpec> = S extends { type: "integer" | "duration" } ? number
  : S extends { type: "list" } ? readonly string[]
  : S extends { type: "scope" } ? readonly string[] | true
  : string;

/** What a command runs with. */
export interface CommandContext<O extends OptionTable = OptionTable> {
  readonly io: Io;
  /** The positional arguments, as many as the record allows. */
  readonly args: readonly string[];
  readonly options: OptionValues<O>;
  /** Output is for programs. */
  readonly json: boolean;
  /** Every option that was given, for the settings. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Runs a command. @returns the exit code. */
export type Run<R extends CommandRecord> = (context: CommandContext<R["options"]>) => Promise<number>;

/** A command in the table. */
export interface Command {
  readonly record: CommandRecord;
  /** Imports what the command needs. */
  readonly load: () => Promise<{ readonly run: (context: CommandContext) => Promise<number> }>;
}

/** Joins a record to what runs it; the type check holds both together. */
export function command<R extends CommandRecord>(record: R, load: () => Promise<{ readonly run: Run<R> }>): Command {
  return { record, load: load as unknown as Command["load"] };
}
