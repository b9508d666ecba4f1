/** `nuvom PLUGIN NAME …`: commands that plugins add. @module */

import { NuvomError } from "../../core/errors.ts";
import type { Engine } from "../../engine.ts";
import { unknownCommand } from "../errors.ts";
import { withEngine } from "../project.ts";
import type { SettingsContext } from "../settings.ts";
import type { PluginLine } from "./plugin_line.ts";
import { printCommands } from "./print_commands.ts";

/**
 * Runs the command, or lists those of the plugin where none is named.
 *
 * @returns what the command answers.
 * @throws {NuvomError} `NUVOM_CLI_COMMAND`, or what is wrong with the plugin.
 */
export async function runPluginCommand(context: SettingsContext, line: PluginLine): Promise<number> {
  const { plugin, words: [name, ...args], paths } = line;
  if (context.flags.help === true || name === undefined || ["--help", "-h"].includes(name)) {
    return await ofPlugins(line, () => printCommands(context, line));
  }
  return await ofPlugins(line, () =>
    withEngine(context, async (engine) => {
      const plugins = await engine.commandPlugins();
      if (!plugins.includes(plugin)) throw unknownCommand(plugin, [...paths, ...plugins]);
      const { commands, run } = await engine.startCommands(plugin);
      if (!commands.some((command) => command.name === name)) {
        throw unknownCommand(`${plugin} ${name}`, commands.map((command) => `${plugin} ${command.name}`));
      }
      const closed = printOutput(context, engine);
      return await Promise.race([run(name, args), closed]);
    }));
}

/** Without a manifest there are no plugins: then the word is only a misspelt command. */
async function ofPlugins({ plugin, paths }: PluginLine, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    const isAlone = error instanceof NuvomError && error.code === "NUVOM_MANIFEST_MISSING";
    throw isAlone ? unknownCommand(plugin, paths) : error;
  }
}

/** @returns what rejects when nobody reads the output any more. */
function printOutput({ io }: SettingsContext, { bus }: Engine): Promise<never> {
  const closed = Promise.withResolvers<never>();
  closed.promise.catch(() => {});
  // Until the engine is closed: what was printed last may arrive after the answer.
  bus.on("command.output", ({ stream, text }) => {
    try {
      (stream === "stdout" ? io.out : io.err).write(`${text}\n`);
    } catch (error) {
      closed.reject(error);
    }
  });
  return closed.promise;
}
