/** What running jobs tell of themselves, gathered on its way to the store. @module */

import {
  type Clock,
  type EventBus,
  type JobLogLine,
  type JobProgress,
  type JobReport,
  MAX_JOB_LOG,
  MAX_LOG_LINE,
  type QueueBackend,
  sleep,
  toErrorData,
} from "../core/mod.ts";
import type { Attempt } from "./attempt.ts";

/** What {@linkcode JobReports} work with. */
export interface JobReportsParts {
  readonly queue: QueueBackend;
  readonly clock: Clock;
  readonly bus: EventBus;
}

/** How long what a job tells waits for more. */
const GATHER_MS = 250;
/** How long the end of a job waits for what it told last. */
const LAST_MS = 1_000;
/** Jobs in one call at most: a realm takes 64 MiB, and each may have told {@linkcode MAX_JOB_LOG} long lines. */
const LARGEST_REPORT = 100;

/** Told and not yet sent. */
interface Told {
  progress: JobProgress | null;
  log: JobLogLine[];
}

/**
 * Nothing depends on a report: one that fails is dropped with a warning. One is under way at a time; behind a slow one
 * is kept of each job what one report can hold.
 */
export class JobReports {
  readonly #parts: JobReportsParts;
  readonly #kept: boolean;
  readonly #told = new Map<Attempt, Told>();
  #sending: Promise<void> | undefined;
  /** Ends have waited for the report that is under way, and do no more. */
  #late = false;
  #cancelTimer: (() => void) | undefined;

  /** Where the queue keeps no reports, what is told goes nowhere. */
  constructor(parts: JobReportsParts) {
    this.#parts = parts;
    this.#kept = parts.queue.capabilities.has("report");
  }

  /** Takes how far a job is. */
  progress(attempt: Attempt, value: number, note: string | null): void {
    const told = this.#of(attempt);
    if (told === undefined) return;
    told.progress = {
      value: Math.min(1, Math.max(0, value)),
      note: note?.slice(0, MAX_LOG_LINE) ?? null,
      attempt: attempt.job.attempts,
      at: this.#parts.clock.now(),
    };
  }

  /** Takes a line of a job's log. */
  log(attempt: Attempt, level: JobLogLine["level"], message: string): void {
    const told = this.#of(attempt);
    if (told === undefined) return;
    if (told.log.length === MAX_JOB_LOG) told.log.shift();
    const line = message.slice(0, MAX_LOG_LINE);
    told.log.push({ at: this.#parts.clock.now(), attempt: attempt.job.attempts, level, message: line });
  }

  /** Before a settlement, after which the store takes no more of these jobs. Undefined: there is nothing to wait for. */
  settling(): Promise<void> | undefined {
    if (this.#told.size === 0 && this.#sending === undefined) return undefined;
    return this.#late ? this.#dropEnded() : this.#sendLast();
  }

  /** Gathers nothing more. */
  stop(): void {
    this.#cancelTimer?.();
    this.#told.clear();
  }

  #of(attempt: Attempt): Told | undefined {
    if (!this.#kept || attempt.leaseLost || attempt.ended) return undefined;
    let told = this.#told.get(attempt);
    if (told === undefined) this.#told.set(attempt, told = { progress: null, log: [] });
    this.#arm();
    return told;
  }

  #arm(): void {
    if (this.#sending !== undefined) return;
    this.#cancelTimer ??= this.#parts.clock.timer(GATHER_MS, () => void this.#send());
  }

  /** Sends what was told, unless a report is under way: its end looks again. */
  #send(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#sending !== undefined || this.#told.size === 0) return this.#sending ?? Promise.resolve();
    const reports: JobReport[] = [];
    for (const [{ job, leaseLost }, { progress, log }] of this.#told) {
      if (!leaseLost) reports.push({ id: job.id, token: job.token, progress, log });
    }
    this.#told.clear();
    return this.#sending = this.#reportAll(reports).then(() => {
      [this.#sending, this.#late] = [undefined, false];
      if (this.#told.size > 0) this.#arm();
    });
  }

  async #reportAll(reports: readonly JobReport[]): Promise<void> {
    for (let from = 0; from < reports.length; from += LARGEST_REPORT) {
      const batch = reports.slice(from, from + LARGEST_REPORT);
      try {
        await this.#parts.queue.report?.(batch);
      } catch (error) {
        const message = `progress and log of ${batch.length} jobs were not kept: ${toErrorData(error).message}`;
        this.#parts.bus.emit("log", { level: "warn", category: "worker", message });
      }
    }
  }

  async #sendLast(): Promise<void> {
    const over = new AbortController();
    const sent = (async () => {
      await this.#sending;
      await this.#send();
      return true;
    })();
    const inTime = await Promise.race([sent, sleep(this.#parts.clock, LAST_MS, over.signal)]);
    over.abort();
    if (inTime === true || this.#sending === undefined) return;
    this.#late = true;
    this.#dropEnded();
  }

  /** The store takes nothing more of them. */
  #dropEnded(): undefined {
    for (const attempt of this.#told.keys()) if (attempt.ended) this.#told.delete(attempt);
  }
}
