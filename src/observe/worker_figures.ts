/** What a worker's queue and executors look like at one moment, as metrics. @module */

import { DEFAULT_QUEUE, type MetricFamily, type MetricSample, type QueueStats } from "../core/mod.ts";

/**
 * @param stats Of the queue backend.
 * @param inFlight Jobs that the worker has leased and not settled.
 * @param executors Those that take jobs.
 */
export function workerFigures(stats: readonly QueueStats[], inFlight: number, executors: number): MetricFamily[] {
  return [
    gauge("nuvom_queue_size", "Jobs in the queue by state.", queueSamples(stats)),
    gauge("nuvom_in_flight", "Jobs leased by this worker.", [{ labels: {}, value: inFlight }]),
    gauge("nuvom_workers", "Executors of this worker that are ready.", [{ labels: {}, value: executors }]),
  ];
}

/** A queue that is empty has no row; a figure that comes and goes is no good to an alert. */
function queueSamples(rows: readonly QueueStats[]): MetricSample[] {
  const empty = { queue: DEFAULT_QUEUE, pending: 0, scheduled: 0, retrying: 0, running: 0 };
  const all = rows.some(({ queue }) => queue === DEFAULT_QUEUE) ? rows : [empty, ...rows];
  return all.flatMap(({ queue, pending, scheduled, retrying, running }) =>
    Object.entries({ pending, scheduled, retrying, running }).map(([state, value]) => ({
      labels: { queue, state },
      value,
    }))
  );
}

function gauge(name: string, help: string, samples: readonly MetricSample[]): MetricFamily {
  return { name, help, type: "gauge", samples };
}
