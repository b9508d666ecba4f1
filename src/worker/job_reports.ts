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

/** Told and not yet sent. */
interface Told {
  progress: JobProgress | null;
  log: JobLogLine[];
}

/** Nothing depends on a report: one that fails is dropped with a warning. */
export class JobReports {
  readonly #parts: JobReportsParts;
  readonly #kept: boolean;
  readonly #told = new Map<Attempt, Told>();
  #sending: Promise<void> = Promise.resolve();
  #underWay = 0;
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

  /** Before a settlement, after which the store takes no more of these jobs. Undefined: nothing is on its way. */
  settling(): Promise<void> | undefined {
    if (this.#told.size === 0 && this.#underWay === 0) return undefined;
    return this.#atMost(this.#flush());
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
    this.#cancelTimer ??= this.#parts.clock.timer(GATHER_MS, () => void this.#flush());
    return told;
  }

  #flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const reports: JobReport[] = [];
    for (const [{ job, leaseLost }, { progress, log }] of this.#told) {
      if (!leaseLost) reports.push({ id: job.id, token: job.token, progress, log });
    }
    this.#told.clear();
    if (reports.length > 0) this.#sending = this.#sending.then(() => this.#send(reports));
    return this.#sending;
  }

  async #send(reports: readonly JobReport[]): Promise<void> {
    this.#underWay++;
    try {
      await this.#parts.queue.report?.(reports);
    } catch (error) {
      const message = `progress and log of ${reports.length} jobs were not kept: ${toErrorData(error).message}`;
      this.#parts.bus.emit("log", { level: "warn", category: "worker", message });
    } finally {
      this.#underWay--;
    }
  }

  async #atMost(work: Promise<void>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, sleep(this.#parts.clock, LAST_MS, over.signal)]);
    over.abort();
  }
}
