/** Figures in the formats of Prometheus and OpenMetrics, written by `prom-client`. @module */

import type { HistogramSample, Logger, MetricFamily, MetricsSnapshot } from "nuvom";
import { Gauge, Registry } from "prom-client";
import { refusal, takenNames } from "./check_family.ts";
import { SeriesLimit } from "./series_limit.ts";

/** Of the two formats. */
export const CONTENT_TYPES = {
  text: Registry.PROMETHEUS_CONTENT_TYPE,
  openMetrics: Registry.OPENMETRICS_CONTENT_TYPE,
} as const;

/** How figures are written. */
export type Format = keyof typeof CONTENT_TYPES;

/** Families of one scrape at most. */
const MAX_FAMILIES = 1_000;
/** So many families that were left out are told of. */
const MAX_TOLD = 100;

/** One line of the text. */
interface Line {
  /** The family's name when it is left out. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** Writes snapshots. A family that can't be written is left out, with one warning. */
export class Renderer {
  readonly #log: Logger;
  readonly #limit: SeriesLimit;
  readonly #told = new Set<string>();
  #refused = 0;

  /** @param maxSeries Of one family, 1 or more. */
  constructor(log: Logger, maxSeries: number) {
    this.#log = log;
    this.#limit = new SeriesLimit(maxSeries);
  }

  /** The text of a scrape. */
  async render({ families }: MetricsSnapshot, format: Format): Promise<string> {
    const good = this.#limit.apply(this.#accepted(families));
    const registry = new Registry();
    // Its declaration takes the type that it has at first for the only one.
    registry.setContentType(CONTENT_TYPES[format] as typeof CONTENT_TYPES.text);
    for (const family of [...good, ...this.#own()]) new SnapshotMetric(family, registry);
    return await registry.metrics();
  }

  #accepted(families: readonly MetricFamily[]): MetricFamily[] {
    const taken = new Set(this.#own().flatMap(takenNames));
    return families.filter((family, i) => {
      const names = takenNames(family);
      const clash = names.find((name) => taken.has(name));
      const problem = refusal(family) ?? (clash === undefined ? null : `${clash} is there already`) ??
        (i < MAX_FAMILIES ? null : `there are more than ${MAX_FAMILIES} figures`);
      if (problem !== null) return this.#refuse(family.name, problem);
      for (const name of names) taken.add(name);
      return true;
    });
  }

  #refuse(name: string, problem: string): false {
    this.#refused++;
    if (!this.#told.has(name) && this.#told.size < MAX_TOLD) {
      this.#told.add(name);
      this.#log.warn(`${name} is not exported: ${problem}`);
    }
    return false;
  }

  #own(): MetricFamily[] {
    const counter = (name: string, help: string, value: number): MetricFamily => {
      return { name, help, type: "counter", samples: [{ labels: {}, value }] };
    };
    return [
      counter(
        "nuvom_prometheus_refused_total",
        "Families that were left out of a scrape, for Prometheus would refuse them.",
        this.#refused,
      ),
      counter(
        "nuvom_prometheus_overflow_total",
        "Series beyond the limit of their family that were added together in a scrape.",
        this.#limit.overflow,
      ),
    ];
  }
}

/** A family as a metric of prom-client. Its own classes count, and their histogram can't take counts that exist already. */
class SnapshotMetric extends Gauge {
  readonly #family: MetricFamily;

  constructor(family: MetricFamily, registry: Registry) {
    const labelNames = [...new Set(family.samples.flatMap(({ labels }) => Object.keys(labels)))];
    super({ name: family.name, help: family.help || family.name, labelNames, registers: [registry] });
    this.#family = family;
    // It is written as it is, whatever the declaration of the class says.
    Object.assign(this, { type: family.type });
  }

  override async get(): ReturnType<Gauge["get"]> {
    return { ...await super.get(), values: linesOf(this.#family) };
  }
}

function linesOf(family: MetricFamily): Line[] {
  const lines = family.type === "histogram"
    ? family.samples.flatMap((sample) => histogramLines(family.name, sample))
    : [...family.samples];
  // On the way from a realm, NaN becomes null.
  return lines.filter(({ value }) => typeof value === "number");
}

function histogramLines(name: string, { labels, bounds, counts, sum, count }: HistogramSample): Line[] {
  const bucket = (le: number | string, value: number): Line => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value,
  });
  return [
    ...bounds.map((bound, index) => bucket(bound, counts[index]!)),
    bucket("+Inf", count),
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
