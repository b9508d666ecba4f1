/** What a worker's queue, executors and plugins look like at one moment, as metrics. @module */

import { DEFAULT_QUEUE, type MetricFamily, type MetricSample, type QueueStats } from "../core/mod.ts";
import { counter, gauge, sample } from "./families.ts";

/** What the process of a realm uses. */
interface ProcessUse {
  readonly memoryBytes: number;
  /** On all cores, so far. */
  readonly cpuMs: number;
}

/** One executor at one moment. */
interface ExecutorRow {
  readonly name: string;
  /** Whether it takes jobs. */
  readonly ready: boolean;
  /** Jobs that it has. */
  readonly jobs: number;
  /** Null when it does not run, or does not say. */
  readonly usage: ProcessUse | null;
}

/** One plugin at one moment. */
interface PluginRow {
  readonly name: string;
  /** Null when it has no process of its own, or does not say. */
  readonly usage: ProcessUse | null;
}

/** @param now By the store's clock, in milliseconds since the epoch. */
export function queueFigures(stats: readonly QueueStats[], now: number): MetricFamily[] {
  const rows = withDefault(stats);
  const ages = rows.map(({ queue, oldestAt }) =>
    sample({ queue }, oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1_000)
  );
  const paused = rows.map(({ queue, paused }) => sample({ queue }, Number(paused)));
  return [
    gauge("nuvom_queue_size", "Jobs in the queue by state.", rows.flatMap(sizes)),
    gauge(
      "nuvom_queue_oldest_age_seconds",
      "How long the oldest job that could run has waited; 0: there is none.",
      ages,
    ),
    gauge("nuvom_queue_paused", "1 while nothing of the queue is handed out, else 0.", paused),
  ];
}

/** @param inFlight Jobs that the worker has leased and not settled. */
export function executorFigures(executors: readonly ExecutorRow[], inFlight: number): MetricFamily[] {
  const jobs = executors.map(({ name, jobs }) => sample({ executor: name }, jobs));
  const used = executors.map(({ name, usage }) => ({ labels: { executor: name }, usage }));
  return [
    gauge("nuvom_in_flight", "Jobs leased by this worker.", inFlight),
    gauge("nuvom_workers", "Executors of this worker that are ready.", executors.filter(({ ready }) => ready).length),
    gauge("nuvom_executors", "Executors that this worker is to have.", executors.length),
    gauge("nuvom_executor_jobs", "Jobs that an executor has.", jobs),
    ...usageFigures("nuvom_executor", "an executor", used),
  ];
}

/** What their processes use; the rest of their figures is counted from events. */
export function pluginFigures(plugins: readonly PluginRow[]): MetricFamily[] {
  const used = plugins.map(({ name, usage }) => ({ labels: { plugin: name }, usage }));
  return usageFigures("nuvom_plugin", "a plugin", used);
}

type Used = { readonly labels: Readonly<Record<string, string>>; readonly usage: ProcessUse | null };

function usageFigures(prefix: string, whose: string, rows: readonly Used[]): MetricFamily[] {
  const known = (value: (usage: ProcessUse) => number) =>
    rows.flatMap(({ labels, usage }) => usage === null ? [] : [sample(labels, value(usage))]);
  return [
    gauge(
      `${prefix}_memory_bytes`,
      `Resident memory of the process of ${whose}.`,
      known(({ memoryBytes }) => memoryBytes),
    ),
    counter(
      `${prefix}_cpu_seconds_total`,
      `Processor time of the process of ${whose}; begins anew with each process.`,
      known(({ cpuMs }) => cpuMs / 1_000),
    ),
  ];
}

/** A queue that is empty has no row; a figure that comes and goes is no good to an alert. */
function withDefault(rows: readonly QueueStats[]): readonly QueueStats[] {
  if (rows.some(({ queue }) => queue === DEFAULT_QUEUE)) return rows;
  const none = { pending: 0, scheduled: 0, retrying: 0, running: 0 };
  return [{ queue: DEFAULT_QUEUE, ...none, paused: false, oldestAt: null }, ...rows];
}

function sizes({ queue, pending, scheduled, retrying, running }: QueueStats): MetricSample[] {
  return Object.entries({ pending, scheduled, retrying, running }).map(([state, value]) =>
    sample({ queue, state }, value)
  );
}
