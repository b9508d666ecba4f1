/** Figures in the text format of Prometheus, written by `prom-client`. @module */

import type { HistogramSample, Logger, MetricFamily, MetricsSnapshot } from "nuvom";
import { Gauge, type MetricType, Registry } from "prom-client";

/** Of what a {@linkcode renderer} writes. */
export const CONTENT_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE;

/** One line of the text. */
interface Line {
  /** The family's name when it is left out. */
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** A function that writes snapshots. A family that can't be written is left out, with one warning. */
export function renderer(log: Logger): (snapshot: MetricsSnapshot) => Promise<string> {
  const refused = new Set<string>();
  return (snapshot) => {
    const registry = new Registry();
    for (const family of snapshot.families) {
      try {
        new SnapshotMetric(family, registry);
      } catch (error) {
        if (!refused.has(family.name)) log.warn(`${family.name} is not exported: ${(error as Error).message}`);
        refused.add(family.name);
      }
    }
    return registry.metrics();
  };
}

/** A family as a metric of prom-client. Its own classes count, and their histogram can't take counts that exist already. */
class SnapshotMetric extends Gauge {
  readonly #family: MetricFamily;

  /** @throws {Error} on a name or label that Prometheus does not take, and on a second family of the same name. */
  constructor(family: MetricFamily, registry: Registry) {
    const labelNames = [...new Set(family.samples.flatMap(({ labels }) => Object.keys(labels)))];
    super({ name: family.name, help: family.help, labelNames, registers: [registry] });
    this.#family = family;
  }

  override async get(): ReturnType<Gauge["get"]> {
    // The declaration says that a type is a number; it is written as it is.
    const type = this.#family.type as unknown as MetricType;
    return { ...await super.get(), type, values: linesOf(this.#family) };
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
