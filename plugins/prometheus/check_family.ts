/** What Prometheus would refuse. One family that it can't read spoils a whole scrape, so that it is left out instead. @module */

import type { HistogramSample, MetricFamily } from "nuvom";

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Why the family can't be exported; null: it can. */
export function refusal(family: MetricFamily): string | null {
  const { name, type } = family;
  if (!NAME.test(name)) return "its name is not valid";
  if (type === "counter" && !name.endsWith("_total")) return "the name of a counter must end with _total";
  return labelFault(family) ?? (family.type === "histogram" ? bucketFault(family.samples) : null);
}

/** Every name that the family takes, in either format: no other family may have one of them. */
export function takenNames({ name, type }: MetricFamily): readonly string[] {
  if (type === "counter") return [name, name.slice(0, -"_total".length)];
  return type === "gauge" ? [name] : [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
}

/** Names and values in an order that does not depend on who wrote them down. */
export function labelKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1));
}

function labelFault({ type, samples }: MetricFamily): string | null {
  const seen = new Set<string>();
  for (const { labels } of samples) {
    const wrong = Object.keys(labels).find((name) => !LABEL.test(name) || type === "histogram" && name === "le");
    if (wrong !== undefined) return `its label ${JSON.stringify(wrong)} is not valid`;
    const key = labelKey(labels);
    if (seen.has(key)) return `it has two values for the labels ${key}`;
    seen.add(key);
  }
  return null;
}

function bucketFault(samples: readonly HistogramSample[]): string | null {
  const isSorted = (numbers: readonly number[]) => numbers.every((number, i) => i === 0 || number >= numbers[i - 1]!);
  const areGood = ({ bounds, counts, count }: HistogramSample) =>
    counts.length === bounds.length + 1 && isSorted(bounds) && new Set(bounds).size === bounds.length &&
    isSorted(counts) && counts.at(-1) === count;
  return samples.every(areGood) ? null : "its buckets are not cumulative";
}
