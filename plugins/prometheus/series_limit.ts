/** Keeps what others export from growing without end. @module */

import type { HistogramSample, MetricFamily, MetricSample } from "nuvom";
import { labelKey } from "./check_family.ts";

/** The value of every label of the series that stands for those beyond the limit. */
const OTHER = "other";

/** So many series of a family and no more; the others are added together into one. */
export class SeriesLimit {
  readonly #limit: number;
  /** By family: series that had a place of their own the last time keep it, for a counter must not jump. */
  #placed = new Map<string, ReadonlySet<string>>();
  #overflow = 0;

  /** @param limit 1 or more; the one for all others is among them. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Values that were added to others, in all scrapes so far. */
  get overflow(): number {
    return this.#overflow;
  }

  /** The families of one scrape, each within the limit. */
  apply(families: readonly MetricFamily[]): MetricFamily[] {
    const before = this.#placed;
    this.#placed = new Map();
    return families.map((family) => {
      if (family.samples.length <= this.#limit && !before.has(family.name)) return family;
      return this.#bound(family, before.get(family.name) ?? new Set());
    });
  }

  #bound(family: MetricFamily, before: ReadonlySet<string>): MetricFamily {
    const keys = family.samples.map(({ labels }) => labelKey(labels));
    const room = family.samples.length <= this.#limit ? this.#limit : this.#limit - 1;
    const wanted = new Set([...keys.filter((key) => before.has(key)), ...keys]);
    const placed = new Set([...wanted].slice(0, room));
    this.#placed.set(family.name, placed);
    this.#overflow += family.samples.length - placed.size;
    const isPlaced = (_: unknown, i: number) => placed.has(keys[i]!);
    return family.type === "histogram"
      ? { ...family, samples: folded(family.samples, isPlaced, addHistograms) }
      : { ...family, samples: folded(family.samples, isPlaced, addValues) };
  }
}

function folded<S extends MetricSample | HistogramSample>(
  samples: readonly S[],
  isPlaced: (sample: S, i: number) => boolean,
  add: (samples: readonly S[], labels: S["labels"]) => S[],
): S[] {
  const rest = samples.filter((sample, i) => !isPlaced(sample, i));
  if (rest.length === 0) return [...samples];
  const names = new Set(rest.flatMap(({ labels }) => Object.keys(labels)));
  const labels = Object.fromEntries([...names].map((name) => [name, OTHER]));
  return [...samples.filter(isPlaced), ...add(rest, labels)];
}

function addValues(samples: readonly MetricSample[], labels: MetricSample["labels"]): MetricSample[] {
  return [{ labels, value: samples.reduce((sum, { value }) => sum + value, 0) }];
}

/** Those with other buckets than the first one are lost. */
function addHistograms(samples: readonly HistogramSample[], labels: MetricSample["labels"]): HistogramSample[] {
  const { bounds } = samples[0]!;
  const alike = samples.filter((sample) => String(sample.bounds) === String(bounds));
  const total = (value: (sample: HistogramSample) => number) => alike.reduce((sum, sample) => sum + value(sample), 0);
  const counts = alike[0]!.counts.map((_, i) => total((sample) => sample.counts[i]!));
  return [{ labels, bounds, counts, sum: total(({ sum }) => sum), count: total(({ count }) => count) }];
}
