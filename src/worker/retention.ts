/** Forgets finished jobs while a worker runs, little by little, as the settings say. @module */

import {
  type Clock,
  type EventBus,
  type FinalState,
  type PruneRequest,
  type QueueBackend,
  type ResultBackend,
  sleep,
  toErrorData,
} from "../core/mod.ts";

/** What is kept of jobs that ended in one of these states. */
export interface RetentionRule {
  readonly states: readonly FinalState[];
  /** Those that ended longer ago (milliseconds) are forgotten; null: none for their age. */
  readonly keepMs: number | null;
  /** Only the last so many are kept; null: all. */
  readonly keep: number | null;
}

/** What is kept, and how often that is looked at. */
export interface RetentionOptions {
  /** Milliseconds between two looks of a worker, give or take the half. */
  readonly intervalMs: number;
  readonly rules: readonly RetentionRule[];
}

/** What {@linkcode Retention} works with. */
export interface RetentionParts extends RetentionOptions {
  readonly queue: QueueBackend;
  /** Null when the queue keeps the results. */
  readonly results: ResultBackend | null;
  readonly clock: Clock;
  readonly bus: EventBus;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** So many jobs are forgotten at a time. */
const AT_ONCE = 1_000;
/** A pause follows that is so many times as long: what runs is more urgent than what is over. */
const REST = 4;

type Prune = (request: PruneRequest) => Promise<number>;

/** Runs from `start` to `stop`. A store that fails is left alone until the next look. */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  /** Forgets nothing until `start`. */
  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /** Begins; does nothing where no backend can forget, or nothing is to be forgotten. */
  start(): void {
    const { queue, results } = this.#parts;
    const prunes: Prune[] = [];
    if (queue.capabilities.has("prune")) prunes.push((request) => queue.prune!(request));
    if (results?.prune !== undefined) prunes.push((request) => results.prune!(request));
    if (prunes.length > 0 && this.#rules.length > 0) this.#running ??= this.#run(prunes);
  }

  /** Resolves when nothing is being forgotten any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  get #rules(): readonly RetentionRule[] {
    return this.#parts.rules.filter(({ keepMs, keep }) => keepMs !== null || keep !== null);
  }

  async #run(prunes: readonly Prune[]): Promise<void> {
    const { clock, bus, intervalMs, random } = this.#parts;
    const { signal } = this.#stopped;
    // Workers that were started together do not look together.
    for (let wait = intervalMs * random();; wait = intervalMs * (0.5 + random())) {
      await sleep(clock, wait, signal);
      if (signal.aborted) return;
      try {
        for (const prune of prunes) await this.#look(prune);
      } catch (error) {
        const message = `finished jobs could not be forgotten: ${toErrorData(error).message}`;
        bus.emit("log", { level: "warn", category: "worker", message });
      }
    }
  }

  async #look(prune: Prune): Promise<void> {
    const { clock, bus } = this.#parts;
    const { signal } = this.#stopped;
    let forgotten = 0;
    for (const { states, keepMs, keep } of this.#rules) {
      for (let step = AT_ONCE; step === AT_ONCE && !signal.aborted;) {
        const begun = clock.monotonic();
        step = await prune({ states, olderThanMs: keepMs, keep, limit: AT_ONCE });
        forgotten += step;
        if (step > 0) await sleep(clock, (clock.monotonic() - begun) * REST, signal);
      }
    }
    if (forgotten > 0) bus.emit("jobs.forgotten", { count: forgotten });
  }
}
