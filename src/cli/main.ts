/** From a command line to an exit code. @module */

import { sleep } from "../core/clock.ts";
import type { Command, CommandRecord } from "./command.ts";
import { findCommand } from "./find_command.ts";
import { type Io, OutputClosed, SIGNAL_CODES } from "./io.ts";
import { parseLine } from "./parse_line.ts";

const LAST_WORDS_MS = 500;
/** What `nuvom` alone takes. */
const NO_COMMAND = {
  path: "",
  group: "Project",
  summary: "",
  description: [],
  positionals: [],
  options: {},
  examples: [],
} as const satisfies CommandRecord;

/**
 * Runs the command that `io.args` names.
 *
 * @returns 0 done, 1 the operation failed, 2 the command line is wrong, 3 configuration or manifest is wrong, 4 not
 * found, 130 or 143 after a signal that ended it at once.
 */
export async function main(io: Io, commands: readonly Command[]): Promise<number> {
  let code = 0;
  try {
    code = await runLine(io, commands);
    await flush(io, code);
  } catch (error) {
    if (!(error instanceof OutputClosed)) {
      const { reportError } = await import("./report_error.ts");
      await io.out.flush().catch(() => {});
      code = reportError(io, error);
    }
    await io.err.flush();
  }
  return code;
}

async function runLine(io: Io, commands: readonly Command[]): Promise<number> {
  const { command, words, rest, plugin } = findCommand(commands, io.args);
  if (plugin !== undefined) {
    const flags = parseLine(NO_COMMAND, rest).given;
    const { runPluginCommand } = await import("./plugins/plugin_command.ts");
    return await runPluginCommand({ io, flags }, {
      plugin: words,
      words: plugin,
      paths: commands.map(({ record }) => record.path),
    });
  }
  if (command === null || asksForHelp(rest)) {
    if (!asksForHelp(rest)) parseLine(NO_COMMAND, rest);
    const { printHelp } = await import("./help.ts");
    return printHelp(io, commands.map(({ record }) => record), words, rest);
  }
  const { args, options, given } = parseLine(command.record, rest);
  const { run } = await command.load();
  return await run({ io, args, options: options as never, flags: given, json: options.json === true });
}

/** A command that was ended at once does not wait for a reader that stalls. */
async function flush(io: Io, code: number): Promise<void> {
  const flushed = Promise.all([io.out.flush(), io.err.flush()]);
  if (!Object.values(SIGNAL_CODES).includes(code)) return void await flushed;
  const over = new AbortController();
  await Promise.race([flushed, sleep(io.clock, LAST_WORDS_MS, over.signal)]);
  over.abort();
}

function asksForHelp(tokens: readonly string[]): boolean {
  const end = tokens.indexOf("--");
  return (end === -1 ? tokens : tokens.slice(0, end)).includes("--help");
}
