/** Keeps what others export from growing without end. @module */

import type { HistogramSample, MetricFamily, MetricSample } from "nuvom";
import { labelKey } from "./check_family.ts";

/** The value of every label of the series that stands for those beyond the limit. */
const OTHER = "other";

/** Of so many families it is known which series have places. */
const MOST_FAMILIES = 1_000;

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
    return families.map((family) => {
      const before = this.#placed.get(family.name);
      return family.samples.length <= this.#limit && before === undefined
        ? family
        : this.#bound(family, before ?? new Set());
    });
  }

  #bound(family: MetricFamily, before: ReadonlySet<string>): MetricFamily {
    const keys = family.samples.map(({ labels }) => labelKey(labels));
    const isOver = family.samples.length > this.#limit;
    const room = isOver ? this.#limit - 1 : this.#limit;
    // What is called so already is among the others, or there were two of one name.
    const own = keys.filter((_, i) => !isOver || !isOther(family.samples[i]!));
    const wanted = new Set([...own.filter((key) => before.has(key)), ...own]);
    const placed = new Set([...wanted].slice(0, room));
    // Those that were asked for last are kept: a provider that was late once has its places still.
    this.#placed.delete(family.name);
    this.#placed.set(family.name, placed);
    if (this.#placed.size > MOST_FAMILIES) this.#placed.delete(this.#placed.keys().next().value!);
    this.#overflow += family.samples.length - placed.size;
    const isPlaced = (_: unknown, i: number) => placed.has(keys[i]!);
    return family.type === "histogram"
      ? { ...family, samples: folded(family.samples, isPlaced, addHistograms) }
      : { ...family, samples: folded(family.samples, isPlaced, addValues) };
  }
}

function isOther({ labels }: Pick<MetricSample, "labels">): boolean {
  const values = Object.values(labels);
  return values.length > 0 && values.every((value) => value === OTHER);
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
