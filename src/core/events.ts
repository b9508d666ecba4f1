/** Everything that happens in a worker, as one typed stream; log, metrics and hooks are its subscribers. @module */

import type { ErrorData } from "./errors.ts";
import type { JobRecord, LeasedJob } from "./job.ts";
import type { Outcome } from "./outcome.ts";

/** What follows an attempt. */
export type NextStep = "done" | "retry" | "failed" | "cancelled" | "released" | "snoozed" | "stale";

/** One attempt that ended. */
export interface AttemptEnd {
  /** As it was leased. */
  readonly job: LeasedJob;
  /** How the attempt ended. */
  readonly outcome: Outcome;
  /** What the job does now. */
  readonly next: NextStep;
  /** From start to end in the executor, in milliseconds. */
  readonly durationMs: number;
  /** Until the next attempt, where there is one. */
  readonly delayMs?: number;
}

/** Every event by name, with what it carries. Events of jobs come in batches. */
export interface EventTable {
  /** The executors are ready and the first lease is about to be asked for. */
  "worker.started": { readonly workerId: string; readonly executors: number; readonly concurrency: number };
  /** Nothing is leased any more. */
  "worker.stopping": { readonly workerId: string; readonly reason: string };
  /** Everything is settled or given back, and the executors are gone. */
  "worker.stopped": { readonly workerId: string; readonly completed: number; readonly released: number };
  /** The queue has taken jobs of this client. */
  "jobs.enqueued": { readonly jobs: readonly { readonly id: string; readonly task: string; readonly queue: string }[] };
  /** Their handlers were called. */
  "attempts.started": { readonly jobs: readonly LeasedJob[] };
  /** Their settlements were answered. */
  "attempts.ended": { readonly ends: readonly AttemptEnd[] };
  /** Ids of jobs that another worker may run by now. */
  "leases.lost": { readonly ids: readonly string[] };
  /** A call to the queue backend failed and is tried again. */
  "queue.failing": { readonly error: ErrorData; readonly retryInMs: number };
  /** An executor has imported the task modules; `pid` is null where it is no process of its own. */
  "executor.started": { readonly executor: string; readonly pid: number | null; readonly startMs: number };
  /** An executor is gone; `jobs` ran in it, `unstarted` were sent to it and not known to run: the news may have died with it. */
  "executor.ended": {
    readonly executor: string;
    readonly reason: "stopped" | "timeout" | "memory" | "crashed";
    readonly detail: string;
    readonly jobs: readonly JobRecord[];
    readonly unstarted: readonly JobRecord[];
  };
  /**
   * A plugin went from one state to the next. After `crashed` comes `backoff`, and then `starting` again, or `failed`: it
   * crashed too often. A second `running` is a reload, or a plugin that was `failed` and has come back.
   */
  "plugin.state": {
    readonly plugin: string;
    readonly state: "starting" | "running" | "crashed" | "backoff" | "failed" | "stopping" | "stopped";
    /** Of `running`: the process of the plugin; null where it has none of its own. */
    readonly pid?: number | null;
    /** Of `backoff`: until it is started again. */
    readonly retryInMs?: number;
    readonly error?: ErrorData;
  };
  /** A plugin has written a line to its stdout or stderr. */
  "plugin.output": { readonly plugin: string; readonly stream: "stdout" | "stderr"; readonly text: string };
  /** The same, of a plugin that runs a command of the command line. */
  "command.output": { readonly plugin: string; readonly stream: "stdout" | "stderr"; readonly text: string };
  /** A line for the log. */
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

  /** A bus without listeners. @param onListenerError Told what a listener threw. */
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
