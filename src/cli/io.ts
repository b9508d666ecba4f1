/** All that a command may touch of the world around it, so that tests can be that world. @module */

import type { Clock } from "../core/clock.ts";

/** Standard output or standard error. */
export interface Output {
  /**
   * Takes all of the text and never waits: a reader that stalls must not stall a worker.
   * @throws {OutputClosed} when nobody reads standard output any more.
   */
  write(text: string): void;
  /** Resolves when all that was taken is written. @throws {OutputClosed} likewise. */
  flush(): Promise<void>;
  /** Characters that were taken and are not written yet; what flows without end waits or drops by it. */
  readonly backlog: number;
  readonly isTerminal: boolean;
  /** Width of the terminal in characters; null where there is none. */
  readonly columns: number | null;
}

/** What a command gets. */
export interface Io {
  /** The command line, without the name of the program. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly cwd: string;
  /** For data. */
  readonly out: Output;
  /** For logs, notes and errors. */
  readonly err: Output;
  readonly clock: Clock;
  /**
   * Makes a folder the working one, so that a plugin in a thread of this process finds `./data` where its grant has it.
   * `cwd` stays what it was: what the command line says is relative to that.
   */
  enter(folder: string): void;
  /** Standard input; asked for once at most, and not where lines are read. */
  stdin(): ReadableStream<Uint8Array>;
  /** Whether there is someone to ask: standard input and standard error are a terminal. */
  readonly canAsk: boolean;
  /** Reads a line of standard input, without its end; null when the input has ended. */
  readLine(): Promise<string | null>;
  /** Listens until the returned function is called. */
  onSignal(signal: StopSignal, listener: () => void): () => void;
}

/** The signals that end a command that runs for long. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGHUP";

/** Exit codes after a signal that was not waited for. */
export const SIGNAL_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 143 };

/** Whoever read the output is gone (`nuvom … | head`): no error, only the end. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** Streams of lines (events, logs) are cut off while so many characters wait for a reader. */
export const MAX_BACKLOG = 8 * 1024 * 1024;
