/** Counts what happens in this process, for whoever exports it. @module */

import {
  type EventBus,
  type MetricFamily,
  type MetricsProvider,
  type MetricsSnapshot,
  type Outcome,
  OUTCOME_KINDS,
  toErrorData,
} from "../core/mod.ts";

/** Upper bounds of the durations, in seconds. */
const BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] as const;

/** The figures of one process: its own counters, and what providers add. */
export class Metrics {
  readonly #bus: EventBus;
  readonly #providers: MetricsProvider[] = [];
  readonly #outcomes = new Map<Outcome["kind"], number>(OUTCOME_KINDS.map((kind) => [kind, 0]));
  readonly #buckets: number[] = new Array(BOUNDS.length + 1).fill(0);
  #durationSum = 0;
  #retries = 0;
  #enqueued = 0;

  /** Counts from now on. */
  constructor(bus: EventBus) {
    this.#bus = bus;
    bus.on("jobs.enqueued", ({ jobs }) => this.#enqueued += jobs.length);
    bus.on("attempts.ended", ({ ends }) => {
      for (const { outcome, next, durationMs } of ends) {
        if (next === "released" || next === "stale") continue;
        this.#outcomes.set(outcome.kind, this.#outcomes.get(outcome.kind)! + 1);
        if (next === "retry") this.#retries++;
        this.#observe(durationMs / 1_000);
      }
    });
  }

  /** Asks `provider` at every snapshot. One that fails is left out of it, and the log says so. */
  addProvider(provider: MetricsProvider): void {
    this.#providers.push(provider);
  }

  /** Everything that there is to export, now. */
  async snapshot(): Promise<MetricsSnapshot> {
    const provided = await Promise.all(this.#providers.map((provider) => this.#ask(provider)));
    return { at: Date.now(), families: [...this.#own(), ...provided.flat()] };
  }

  async #ask(provider: MetricsProvider): Promise<readonly MetricFamily[]> {
    try {
      return await provider();
    } catch (error) {
      const { message } = toErrorData(error);
      this.#bus.emit("log", { level: "warn", category: "metrics", message: `some figures are missing: ${message}` });
      return [];
    }
  }

  #observe(seconds: number): void {
    this.#durationSum += seconds;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    this.#buckets[bucket === -1 ? BOUNDS.length : bucket]!++;
  }

  #own(): MetricFamily[] {
    const outcomes = [...this.#outcomes].map(([outcome, value]) => ({ labels: { outcome }, value }));
    return [
      counter("nuvom_jobs_enqueued_total", "Jobs that this process has enqueued.", this.#enqueued),
      { name: "nuvom_jobs_total", help: "Attempts that have ended, by outcome.", type: "counter", samples: outcomes },
      counter("nuvom_job_retries_total", "Attempts that were followed by another one.", this.#retries),
      {
        name: "nuvom_job_duration_seconds",
        help: "Time from the start to the end of an attempt.",
        type: "histogram",
        samples: [this.#histogram()],
      },
    ];
  }

  #histogram() {
    let count = 0;
    const counts = this.#buckets.map((bucket) => count += bucket);
    return { labels: {}, bounds: BOUNDS, counts, sum: this.#durationSum, count };
  }
}

function counter(name: string, help: string, value: number): MetricFamily {
  return { name, help, type: "counter", samples: [{ labels: {}, value }] };
}
