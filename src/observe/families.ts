/** Short ways to write metric families. @module */

import type { HistogramSample, MetricFamily, MetricSample } from "../core/mod.ts";

/** One value without labels, or one for each set of labels. */
type Values = number | readonly MetricSample[];

/** Of something that only grows. */
export function counter(name: string, help: string, values: Values): MetricFamily {
  return { name, help, type: "counter", samples: samplesOf(values) };
}

/** Of something that goes up and down. */
export function gauge(name: string, help: string, values: Values): MetricFamily {
  return { name, help, type: "gauge", samples: samplesOf(values) };
}

/** Of durations and sizes. */
export function histogram(name: string, help: string, samples: readonly HistogramSample[]): MetricFamily {
  return { name, help, type: "histogram", samples };
}

/** One value with its labels. */
export function sample(labels: MetricSample["labels"], value: number): MetricSample {
  return { labels, value };
}

function samplesOf(values: Values): readonly MetricSample[] {
  return typeof values === "number" ? [sample({}, values)] : values;
}
