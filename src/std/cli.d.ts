/** What `parseArgs` is told about the options of a command. */
export interface ParseArgsOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly collect?: readonly string[];
  readonly negatable?: readonly string[];
  readonly alias?: Readonly<Record<string, string | readonly string[]>>;
  readonly default?: Readonly<Record<string, unknown>>;
  readonly stopEarly?: boolean;
  readonly "--"?: boolean;
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** Splits a command line into options and positional arguments (`_`). */
export function parseArgs(
  args: readonly string[],
  options?: ParseArgsOptions,
): { _: (string | number)[]; "--"?: string[]; [name: string]: unknown };
