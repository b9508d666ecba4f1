/** What `nuvom plugin status` shows, as plain data. @module */

import { type ErrorData, type EventTable, sleep, systemClock, toErrorData } from "../core/mod.ts";
import type { Isolation, RealmUsage } from "../sandbox/mod.ts";
import type { CallFigures } from "./call_figures.ts";
import type { LoadedPlugin } from "./loaded_plugin.ts";

/** How one plugin of a worker fares. */
export interface PluginStatus {
  readonly name: string;
  readonly state: EventTable["plugin.state"]["state"];
  /** When it entered that state; milliseconds since the epoch. */
  readonly since: number;
  readonly isolation: Isolation;
  /** Of a process of its own. */
  readonly pid: number | null;
  /** Since the worker was started. */
  readonly restarts: number;
  /** Why it crashed last, or could not be started or reloaded. */
  readonly lastError: (Omit<ErrorData, "stack" | "cause"> & { readonly at: number }) | null;
  /** What its `health()` rejected with; null where it is well, or has none, or does not run. */
  readonly unwell: string | null;
  /** Resident memory of its process. */
  readonly memoryBytes: number | null;
  /** Time on all cores of its process. */
  readonly cpuMs: number | null;
  /** Calls into it since the worker was started. */
  readonly calls: number;
  /** Of its last thousand calls, without those that wait for jobs. */
  readonly p99Ms: number | null;
}

/** What a worker says of itself and its plugins, to whoever asks from another process. */
export interface WorkerStatus {
  /** Different for every worker that was ever started. */
  readonly id: string;
  /** Of the worker's own process. */
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Jobs that it has leased and not settled. */
  readonly inFlight: number;
  /** In the order of their starts. */
  readonly plugins: readonly PluginStatus[];
}

/** Of what a {@linkcode PluginStatus} is made. */
export interface StatusParts extends Pick<PluginStatus, "name" | "state" | "since" | "isolation" | "restarts"> {
  readonly lastError: { readonly thrown: Error; readonly at: number } | undefined;
  /** Where it runs; undefined while it does not. */
  readonly life: Pick<LoadedPlugin, "health" | "pid" | "usage"> | undefined;
  readonly figures: CallFigures;
}

/** How long a status waits for what a plugin says of itself. */
const HEALTH_MS = 2_000;

/** Asks a plugin that runs whether it is well. */
export async function statusOf({ lastError, life, figures, ...known }: StatusParts): Promise<PluginStatus> {
  const used = life === undefined ? null : await usageOf(life);
  return {
    ...known,
    pid: life?.pid ?? null,
    lastError: lastError === undefined ? null : lastErrorOf(lastError.thrown, lastError.at),
    unwell: life === undefined || known.state !== "running" ? null : await unwell(life),
    memoryBytes: used?.memoryBytes ?? null,
    cpuMs: used?.cpuMs ?? null,
    calls: figures.calls,
    p99Ms: figures.p99Ms,
  };
}

/** What its process uses; null where it has none, or does not say: a process that was stopped does not answer. */
export async function usageOf(life: Pick<LoadedPlugin, "usage">): Promise<RealmUsage | null> {
  const over = new AbortController();
  try {
    return await Promise.race([life.usage(), sleep(systemClock, HEALTH_MS, over.signal).then(() => null)]);
  } finally {
    over.abort();
  }
}

async function unwell(life: Pick<LoadedPlugin, "health">): Promise<string | null> {
  try {
    await life.health(HEALTH_MS);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

function lastErrorOf(thrown: Error, at: number): PluginStatus["lastError"] {
  const { name, message, code } = toErrorData(thrown);
  return { name, message, ...(code === undefined ? {} : { code }), at };
}

/** The row of a plugin that could not be started. */
export function neverStarted(name: string, isolation: Isolation, reason: Error, at: number): PluginStatus {
  return {
    name,
    state: "failed",
    since: at,
    isolation,
    pid: null,
    restarts: 0,
    lastError: lastErrorOf(reason, at),
    unwell: null,
    memoryBytes: null,
    cpuMs: null,
    calls: 0,
    p99Ms: null,
  };
}
