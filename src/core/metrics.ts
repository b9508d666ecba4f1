/** Figures as plain data, between what counts them and what exports them. @module */

/** One value of a metric. */
export interface MetricSample {
  /** Their values by name; none: an empty object. */
  readonly labels: Readonly<Record<string, string>>;
  /** In the base unit of the metric. */
  readonly value: number;
}

/** One histogram, cumulative, as exporters want it. */
export interface HistogramSample {
  /** Their values by name; none: an empty object. */
  readonly labels: Readonly<Record<string, string>>;
  /** Upper bounds in ascending order, without the infinite one. */
  readonly bounds: readonly number[];
  /** Observations at or below each bound; one more for the infinite one. */
  readonly counts: readonly number[];
  /** Of the observed values. */
  readonly sum: number;
  /** How many values were observed. */
  readonly count: number;
}

/**
 * All values of one metric. Names follow the Prometheus rules: base units, `_total` on counters, and on nothing else. A
 * set of labels comes once; none begins with `__`. An exporter leaves out what breaks them.
 */
export type MetricFamily =
  | {
    readonly name: string;
    readonly help: string;
    readonly type: "counter" | "gauge";
    readonly samples: readonly MetricSample[];
  }
  | {
    readonly name: string;
    readonly help: string;
    readonly type: "histogram";
    readonly samples: readonly HistogramSample[];
  };

/**
 * Answers figures of its own whenever it is asked, which is at every scrape. What it does not answer within two seconds is
 * missing from that scrape, and so is all of a plugin of which one provider throws; both are counted by
 * `nuvom_metrics_provider_failures_total`.
 */
export type MetricsProvider = () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>;

/** Everything that there is to export at one moment. */
export interface MetricsSnapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Each name once. */
  readonly families: readonly MetricFamily[];
}
