/** The figures of this process, for whoever exports them. @module */

import {
  type Clock,
  type EventBus,
  formatDuration,
  type MetricFamily,
  type MetricsProvider,
  type MetricsSnapshot,
  sleep,
  systemClock,
  toErrorData,
} from "../core/mod.ts";
import { counter, sample } from "./families.ts";
import { JobFigures } from "./job_figures.ts";
import { processFigures } from "./process_figures.ts";
import { RealmFigures } from "./realm_figures.ts";

/** Longer than this no snapshot waits for a provider: a scrape has ten seconds for all of it. */
const PROVIDER_MS = 2_000;

/** Someone who is asked at every snapshot. */
interface Provider {
  readonly ask: MetricsProvider;
  failures: number;
  /** Whether the last question brought nothing; the log says so once. */
  isFailing: boolean;
  /** The last question, while it is not answered. */
  pending: Promise<readonly MetricFamily[]> | undefined;
}

/** The figures of one process: its own counters, and what providers add. */
export class Metrics {
  readonly #bus: EventBus;
  readonly #clock: Clock;
  readonly #providers = new Map<string, Provider>();
  readonly #jobs: JobFigures;
  readonly #realms: RealmFigures;

  /** Counts from now on. */
  constructor(bus: EventBus, clock: Clock = systemClock) {
    this.#bus = bus;
    this.#clock = clock;
    this.#jobs = new JobFigures(bus);
    this.#realms = new RealmFigures(bus);
  }

  /**
   * Asks `provider` at every snapshot, for two seconds at most. One that fails, or is late, is left out of it, counted in
   * `nuvom_metrics_provider_failures_total`, and told once in the log. It is not asked again before it has answered.
   *
   * @param name Of the provider; another one of the same name takes its place.
   */
  addProvider(name: string, provider: MetricsProvider): void {
    this.#providers.set(name, { ask: provider, failures: 0, isFailing: false, pending: undefined });
  }

  /** Everything that there is to export, now. */
  async snapshot(): Promise<MetricsSnapshot> {
    const asked = [...this.#providers].map(([name, provider]) => this.#answerOf(name, provider));
    const provided = (await Promise.all(asked)).flat();
    return { at: this.#clock.now(), families: [...this.#own(), ...provided] };
  }

  async #answerOf(name: string, provider: Provider): Promise<readonly MetricFamily[]> {
    try {
      const families = await this.#inTime(provider);
      provider.isFailing = false;
      return families;
    } catch (error) {
      provider.failures++;
      if (!provider.isFailing) this.#tell(name, error);
      provider.isFailing = true;
      return [];
    }
  }

  async #inTime(provider: Provider): Promise<readonly MetricFamily[]> {
    const over = new AbortController();
    const asked = provider.pending ??= Promise.try(provider.ask).finally(() => provider.pending = undefined);
    // It may fail when nobody waits for it any more.
    asked.catch(() => {});
    const late = sleep(this.#clock, PROVIDER_MS, over.signal).then(() => {
      throw new Error(`there was no answer within ${formatDuration(PROVIDER_MS)}`);
    });
    late.catch(() => {});
    try {
      return await Promise.race([asked, late]);
    } finally {
      over.abort();
    }
  }

  #tell(name: string, error: unknown): void {
    const message = `the figures of ${name} are missing: ${toErrorData(error).message}`;
    this.#bus.emit("log", { level: "warn", category: "metrics", message });
  }

  #own(): MetricFamily[] {
    const failures = [...this.#providers].map(([provider, { failures }]) => sample({ provider }, failures));
    return [
      ...this.#jobs.families(),
      ...this.#realms.families(),
      ...processFigures(),
      counter(
        "nuvom_metrics_provider_failures_total",
        "Times that figures were missing, by whose they are: it failed, or took too long.",
        failures,
      ),
    ];
  }
}
