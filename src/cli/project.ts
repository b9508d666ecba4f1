/** A command's way to the engine. @module */

import { readLogLevels } from "../core/mod.ts";
import { type Engine, openEngine } from "../engine.ts";
import { openLog } from "../observe/mod.ts";
import { type Io, MAX_BACKLOG, SIGNAL_CODES, type StopSignal } from "./io.ts";
import { type SettingsContext, settingsOf } from "./settings.ts";

/** An engine and its log. */
export interface Project {
  readonly engine: Engine;
  /** Always to be called. */
  close(): Promise<void>;
}

/** @param quiet Nothing below a warning is logged, unless a level was set. */
export async function openProject(context: SettingsContext, quiet: boolean): Promise<Project> {
  const settings = settingsOf(context);
  const { logFormat, logLevels } = settings.values;
  const { err } = context.io;
  const isSet = settings.table.some(({ env, source }) => env === "NUVOM_LOG_LEVEL" && source !== "default") ||
    readLogLevels(logLevels)?.[""] !== undefined;
  const engine = await openEngine({ settings });
  // Categories that have a level of their own keep it.
  if (quiet && !isSet) engine.bus.emit("log.levels", { levels: { "": "warn" } });
  context.io.enter(settings.values.projectDir);
  const log = openLog({
    format: logFormat,
    write: (line) => err.backlog < MAX_BACKLOG && err.write(line),
  });
  return {
    engine,
    async close() {
      try {
        await engine.close();
      } finally {
        log.close();
      }
    },
  };
}

/**
 * Opens the engine for one piece of work, and closes it whatever happens. A signal ends the work with 130 or 143, but
 * not before plugins are stopped and temporary files are gone; a second one does not wait for that.
 *
 * @param work Answers the exit code; its signal is aborted when nobody waits for it any more.
 */
export async function withEngine(
  context: SettingsContext,
  work: (engine: Engine, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const { engine, close } = await openProject(context, true);
  const interrupt = firstSignal(context.io);
  const over = new AbortController();
  try {
    return await Promise.race([work(engine, over.signal), interrupt.code]);
  } finally {
    over.abort();
    interrupt.forget();
    await close();
  }
}

/** Listens until `forget`; the first signal that ends a command resolves the code. */
export function firstSignal(io: Io): { readonly code: Promise<number>; forget(): void } {
  const { promise, resolve } = Promise.withResolvers<number>();
  const names = Object.keys(SIGNAL_CODES) as StopSignal[];
  const offs = names.map((name) => io.onSignal(name, () => resolve(SIGNAL_CODES[name])));
  return { code: promise, forget: () => offs.forEach((off) => off()) };
}
