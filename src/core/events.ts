/** Everything that happens in a worker, as one typed stream; log, metrics and hooks are its subscribers. @module */

import type { ErrorData } from "./errors.ts";
import type { JobRecord, LeasedJob } from "./job.ts";
import type { Outcome } from "./outcome.ts";

/** What follows an attempt. */
export type NextStep = "done" | "retry" | "failed" | "cancelled" | "released" | "snoozed" | "stale";

/** One attempt that ended. */
export interface AttemptEnd {
  readonly job: LeasedJob;
  readonly outcome: Outcome;
  readonly next: NextStep;
  /** From start to end in the executor, in milliseconds. */
  readonly durationMs: number;
  /** Until the next attempt, where there is one. */
  readonly delayMs?: number;
}

/** Every event by name, with what it carries. Events of jobs come in batches. */
export interface EventTable {
  "worker.started": { readonly workerId: string; readonly executors: number; readonly concurrency: number };
  "worker.stopping": { readonly workerId: string; readonly reason: string };
  "worker.stopped": { readonly workerId: string; readonly completed: number; readonly released: number };
  "jobs.enqueued": { readonly jobs: readonly { readonly id: string; readonly task: string; readonly queue: string }[] };
  "attempts.started": { readonly jobs: readonly LeasedJob[] };
  "attempts.ended": { readonly ends: readonly AttemptEnd[] };
  "leases.lost": { readonly ids: readonly string[] };
  "queue.failing": { readonly error: ErrorData; readonly retryInMs: number };
  "executor.started": { readonly executor: string; readonly pid: number | null; readonly startMs: number };
  "executor.ended": {
    readonly executor: string;
    readonly reason: "stopped" | "timeout" | "memory" | "crashed";
    readonly detail: string;
    readonly jobs: readonly JobRecord[];
  };
  "plugin.state": {
    readonly plugin: string;
    readonly state: "starting" | "started" | "stopping" | "stopped" | "failed" | "crashed" | "restarting";
    readonly error?: ErrorData;
  };
  "plugin.output": { readonly plugin: string; readonly stream: "stdout" | "stderr"; readonly text: string };
  "log": {
    readonly level: "debug" | "info" | "warn" | "error";
    /** `worker`, `plugin.NAME`, `task.NAME` … */
    readonly category: string;
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
  };
}

/** The name of an event. */
export type EventName = keyof EventTable;

/** Where events are published and listened to. A listener that throws harms nobody. */
export class EventBus {
  readonly #listeners = new Map<EventName, Set<(event: never) => void>>();
  readonly #onListenerError: (error: unknown) => void;

  /** @param onListenerError Told what a listener threw. */
  constructor(onListenerError: (error: unknown) => void = (error) => console.error(error)) {
    this.#onListenerError = onListenerError;
  }

  /** Calls the listeners of `name`, in order of subscription, at once. */
  emit<N extends EventName>(name: N, event: EventTable[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (event: EventTable[N]) => void)(event);
      } catch (error) {
        this.#onListenerError(error);
      }
    }
  }

  /** Listens until the returned function is called. */
  on<N extends EventName>(name: N, listener: (event: EventTable[N]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener as (event: never) => void));
    return () => void set.delete(listener as (event: never) => void);
  }

  /** Whether anyone listens, so that costly events need not be made. */
  has(name: EventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }
}
