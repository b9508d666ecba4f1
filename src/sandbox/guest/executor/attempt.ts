/** One attempt as its handler sees it. @module */

import type { Logger } from "../../../core/mod.ts";
import type { JobContext } from "../../../sdk/ambient.ts";
import type { AbortReason, ExecutorReports } from "../../protocol.ts";
import { logNote } from "../log_note.ts";
import type { GuestPort } from "../role.ts";
import { attemptAborted } from "./errors.ts";

// Taken before foreign code runs: it may replace the globals.
const setTimer = setTimeout;
const clearTimer = clearTimeout;

/** One job's progress is sent so often at most; the latest counts. */
const PROGRESS_MS = 250;

/** A running attempt. What a handler may never ask for (signal, log) is made when it is first asked for. */
export class Attempt implements JobContext {
  readonly id: string;
  readonly task: string;
  readonly attempt: number;
  /** When the handler was called, by `performance.now()`. */
  #startedAt: number;
  readonly #port: GuestPort;
  #controller: AbortController | undefined;
  #abortReason: AbortReason | undefined;
  #log: Logger | undefined;
  #progress: ExecutorReports["job.progress"]["params"] | undefined;
  #progressTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param port Where log lines and progress go. */
  constructor(id: string, task: string, attempt: number, startedAt: number, port: GuestPort) {
    this.id = id;
    this.task = task;
    this.attempt = attempt;
    this.#startedAt = startedAt;
    this.#port = port;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get log(): Logger {
    this.#log ??= {
      debug: (message, fields) => this.#write("debug", message, fields),
      info: (message, fields) => this.#write("info", message, fields),
      warn: (message, fields) => this.#write("warn", message, fields),
      error: (message, fields) => this.#write("error", message, fields),
    };
    return this.#log;
  }

  progress(value: number, note?: string): void {
    const share = Math.min(1, Math.max(0, Number(value) || 0));
    this.#progress = { id: this.id, value: share, note: note === undefined ? null : String(note) };
    if (this.#progressTimer !== undefined) return;
    this.tellProgress();
    this.#progressTimer = setTimer(() => {
      this.#progressTimer = undefined;
      this.tellProgress();
    }, PROGRESS_MS);
  }

  /** Sends what was not sent yet. */
  tellProgress(): void {
    if (this.#progress !== undefined) this.#port.note("job.progress", this.#progress);
    this.#progress = undefined;
  }

  /** The handler has ended: sends its last progress. */
  end(): void {
    if (this.#progressTimer !== undefined) clearTimer(this.#progressTimer);
    this.tellProgress();
  }

  /** The handler is called now, a little after it was announced. */
  begin(now: number): void {
    this.#startedAt = now;
  }

  /** Run time so far in milliseconds, to the microsecond. */
  runMs(now: number): number {
    return Math.round((now - this.#startedAt) * 1_000) / 1_000;
  }

  /** Aborts the signal, now or when the handler asks for it. */
  abort(reason: AbortReason): void {
    this.#abortReason = reason;
    this.#controller?.abort(attemptAborted(this.id, reason));
  }

  #write(level: keyof Logger, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#port.note("log", { ...logNote(level, message, fields), job: this.id });
  }
}
