/** Everything that happens in a worker, as one typed stream; log, metrics and hooks are its subscribers. @module */

import type { ErrorData } from "./errors.ts";
import type { JobRecord, LeasedJob } from "./job.ts";
import type { LogLevel, LogLevels } from "./log_levels.ts";
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

/**
 * Every event by name, with what it carries. Numbers whose names end with `Ms` are milliseconds, with `At` milliseconds
 * since the epoch; the others are counts. Events of jobs come in batches. An event is told at once, by a plain call:
 * whoever makes a costly one asks {@linkcode EventBus.has} first.
 */
export interface EventTable {
  /** The executors are ready and the first lease is about to be asked for. */
  "worker.started": {
    /** Different for every worker that was ever started. */
    readonly workerId: string;
    /** Processes that run attempts. */
    readonly executors: number;
    /** Attempts that each of them runs at a time. */
    readonly concurrency: number;
  };
  /** Nothing is leased any more. */
  "worker.stopping": {
    /** As in `worker.started`. */
    readonly workerId: string;
    /** Who wants it to stop: a signal, `drained`, `stop`. */
    readonly reason: string;
  };
  /** Everything is settled or given back, and the executors are gone. */
  "worker.stopped": {
    /** As in `worker.started`. */
    readonly workerId: string;
    /** Attempts that ended while it ran. */
    readonly completed: number;
    /** Jobs that were given back at no cost. */
    readonly released: number;
  };
  /** The queue has taken jobs of this client. */
  "jobs.enqueued": {
    /** Those that were new. */
    readonly jobs: readonly { readonly id: string; readonly task: string; readonly queue: string }[];
  };
  /** The worker has made the stores forget finished jobs that need not be kept. */
  "jobs.forgotten": {
    /** How many. */
    readonly count: number;
  };
  /** Their handlers were called. */
  "attempts.started": {
    /** As they were leased. */
    readonly jobs: readonly LeasedJob[];
    /** Of each, in the same order: from the time at which it could run to the call of its handler. */
    readonly waitedMs: readonly number[];
  };
  /** Their settlements were answered. */
  "attempts.ended": {
    /** One for each attempt. */
    readonly ends: readonly AttemptEnd[];
  };
  /** Another worker may run these jobs by now. */
  "leases.lost": {
    /** Of the jobs. */
    readonly ids: readonly string[];
  };
  /** A call to the queue backend failed and is tried again. */
  "queue.failing": {
    /** What the backend threw. */
    readonly error: ErrorData;
    /** Until the next try. */
    readonly retryInMs: number;
  };
  /** An executor has imported the task modules. */
  "executor.started": {
    /** `executor-0`, `executor-1` … */
    readonly executor: string;
    /** Of its process; null where it has none of its own. */
    readonly pid: number | null;
    /** From the request for its realm until the realm was ready. */
    readonly startMs: number;
  };
  /** An executor is gone. */
  "executor.ended": {
    /** As in `executor.started`. */
    readonly executor: string;
    /** `stopped`: the worker wanted it so. */
    readonly reason: "stopped" | "timeout" | "memory" | "crashed";
    /** For people: exit code, signal, error. */
    readonly detail: string;
    /** Those that ran in it. */
    readonly jobs: readonly JobRecord[];
    /** Those that were sent to it and not known to run: the news may have died with it. */
    readonly unstarted: readonly JobRecord[];
  };
  /**
   * A plugin went from one state to the next. After `crashed` comes `backoff`, and then `starting` again, or `failed`: it
   * crashed too often. A second `running` is a reload, or a plugin that was `failed` and has come back.
   */
  "plugin.state": {
    /** Its name. */
    readonly plugin: string;
    /** The one that it is in now. */
    readonly state: "starting" | "running" | "crashed" | "backoff" | "failed" | "stopping" | "stopped";
    /** Of `running`: the process of the plugin; null where it has none of its own. */
    readonly pid?: number | null;
    /** Of `backoff`: until it is started again. */
    readonly retryInMs?: number;
    /** Of `crashed` and `failed`: why. */
    readonly error?: ErrorData;
  };
  /** A call into a plugin has ended: to a backend, a hook, a command, its figures, its start or stop. */
  "plugin.called": {
    /** Its name. */
    readonly plugin: string;
    /** `my_queue.lease`, `start()`, `the hook my_hook.afterJob` … */
    readonly what: string;
    /** From the call to the answer, or to the time limit. */
    readonly durationMs: number;
    /** Whether the call may wait for something to happen, so that its duration says nothing. */
    readonly waits: boolean;
    /** `timeout`: the time limit was over. */
    readonly outcome: "answer" | "error" | "timeout";
  };
  /** A plugin has written a line to its stdout or stderr. */
  "plugin.output": {
    /** Its name. */
    readonly plugin: string;
    /** Where it has written to. */
    readonly stream: "stdout" | "stderr";
    /** The line, without its line break. */
    readonly text: string;
  };
  /** A plugin that runs a command of the command line has written a line. */
  "command.output": {
    /** Its name. */
    readonly plugin: string;
    /** Where it has written to. */
    readonly stream: "stdout" | "stderr";
    /** The line, without its line break. */
    readonly text: string;
  };
  /** A realm is ready for foreign code; none has run in it yet. */
  "realm.opened": {
    /** `plugin "x"`, `executor-1`. */
    readonly realm: string;
    /** What kind it is of. */
    readonly isolation: "process" | "worker" | "inline";
    /** Of its process; null where it has none of its own. */
    readonly pid: number | null;
    /** From the request until it was ready. */
    readonly startMs: number;
  };
  /** A realm is gone. */
  "realm.ended": {
    /** As in `realm.opened`. */
    readonly realm: string;
    /** `stopped` and `killed`: the host wanted it so. */
    readonly reason: "stopped" | "killed" | "memory" | "crashed";
    /** For people: exit code, signal, error. */
    readonly detail: string;
  };
  /** The modules of a plugin, or all task modules, were read and verified. */
  "loader.loaded": {
    /** `plugin "x"`, `tasks`. */
    readonly what: string;
    /** All that are in the graph. */
    readonly modules: number;
    /** Those of them that come from URLs. */
    readonly remote: number;
    /** From the first file that was looked at to the last one that was verified. */
    readonly loadMs: number;
  };
  /** Somebody has asked this worker to log more or less from now on. */
  "log.levels": {
    /** By category; `""` is all that no longer category says otherwise of. */
    readonly levels: LogLevels;
  };
  /** A line for the log. */
  "log": {
    /** How urgent it is. */
    readonly level: LogLevel;
    /** `worker`, `plugin.NAME`, `task.NAME` … */
    readonly category: string;
    /** For people. */
    readonly message: string;
    /** For programs. Plain data. */
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
