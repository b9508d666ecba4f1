/**
 * What host and guest say to each other, as types. Everything is plain data (JSON). Calls get an answer, notes do not.
 * @module
 */

import type {
  EnqueueOrder,
  HookMethod,
  MetricFamily,
  MetricsSnapshot,
  Outcome,
  PluginMetadata,
  PluginSettings,
  QueueCapability,
  TaskInfo,
  WaitAnswer,
} from "../core/mod.ts";
import type { Recalled } from "./start_gate.ts";

/** Bumped on every change of the frames or of the tables below; host and guest must agree. */
export const PROTOCOL_VERSION = 3;

/** The host's text that closes an executor's {@linkcode StartGate}; answered outside of the conversation with the guest. */
export const RECALL = "recall";
/** Begins the answer to {@linkcode RECALL}; the two numbers of a {@linkcode Recalled} follow. */
export const BEGUN = "begun ";

/** Asks the main thread of a process realm what its process uses; answered outside of the conversation, too. */
export const USAGE = "usage";
/** Begins the answer to {@linkcode USAGE}; bytes of resident memory and milliseconds of processor time follow. */
export const USED = "used ";

/** Largest message, in bytes of UTF-8. */
export const MAX_MESSAGE = 64 * 1024 * 1024;

/** Notes that are dropped, and counted, while the other side does not keep up. */
export const LOSSY_NOTES: ReadonlySet<string> = new Set(["log", "output", "job.progress"]);

/** What a realm is for. */
export type RealmRole = "plugin" | "executor";

/** One kind of message: what is sent, what comes back (`void` for notes). */
export interface Exchange<P, R = void> {
  readonly params: P;
  readonly result: R;
}

/** An entry module of a prepared graph. */
export interface EntryRef {
  /** What the guest imports: a `file:` URL in the run's folder. */
  readonly file: string;
  /** Where it came from, for messages. */
  readonly source: string;
}

/** What the host calls in a plugin's realm. */
export interface PluginCalls {
  /** Imports the module and finds the plugin; starts nothing. */
  "plugin.load": Exchange<{ entry: EntryRef; exportName: string | null }, PluginMetadata>;
  "plugin.start": Exchange<{ settings: PluginSettings }, Registration[]>;
  "plugin.stop": Exchange<Record<string, never>>;
  "plugin.health": Exchange<Record<string, never>>;
  /** Answered by the event loop, without any foreign code. */
  "plugin.ping": Exchange<Record<string, never>>;
  "backend.open": Exchange<{ kind: "queue" | "result"; name: string; namespace: string }, OpenedBackend>;
  "backend.call": Exchange<{ handle: number; method: string; args: readonly unknown[] }, unknown>;
  "hook.call": Exchange<{ hook: number; method: HookMethod; payload: unknown }>;
  "command.run": Exchange<{ name: string; args: readonly string[] }, number>;
  "metrics.collect": Exchange<Record<string, never>, readonly MetricFamily[]>;
}

/** One thing that a plugin registered. */
export type Registration =
  | { readonly kind: "queue_backend"; readonly name: string }
  | { readonly kind: "result_backend"; readonly name: string }
  | {
    readonly kind: "hook";
    readonly hook: number;
    readonly name: string;
    readonly methods: readonly HookMethod[];
    readonly tasks: readonly string[] | null;
    readonly queues: readonly string[] | null;
  }
  | { readonly kind: "command"; readonly name: string; readonly summary: string }
  | { readonly kind: "metrics_provider" };

/** A backend that was opened in a guest. */
export interface OpenedBackend {
  readonly handle: number;
  readonly store: string | null;
  /** Of a queue; empty for a result backend. */
  readonly capabilities: readonly QueueCapability[];
  /** True when it has only the original's five methods and is adapted. */
  readonly basic: boolean;
}

/** What the host calls in an executor. */
export interface ExecutorCalls {
  /** Imports the task modules; answers every task that they export. `concurrency`: attempts at a time, 1 or more. */
  "executor.load": Exchange<{ entries: readonly EntryRef[]; concurrency: number }, readonly DiscoveredTask[]>;
  /** Stops taking jobs from the local queue; answers the ids that were never started. */
  "executor.drain": Exchange<Record<string, never>, readonly string[]>;
}

/** A task and the module that exports it. */
export interface DiscoveredTask extends TaskInfo {
  /** The module, as the executor was given it. */
  readonly source: string;
  /** The name under which the module exports it. */
  readonly exportName: string;
}

/** What the host tells an executor. */
export interface ExecutorNotes {
  "executor.run": Exchange<readonly AttemptOrder[]>;
  /** Aborts the signals of these attempts, drops those that were never started; answered by a report, even an empty one. */
  "executor.abort": Exchange<readonly { readonly id: string; readonly reason: AbortReason }[]>;
  /** After a recall: orders sent before this that were not begun are thrown away; answered by a report, even an empty one. */
  "executor.recalled": Exchange<Pick<Recalled, "recall">>;
}

/** Why an attempt must stop. */
export type AbortReason = "timeout" | "cancelled" | "lease lost" | "shutdown";

/** One attempt to run: id, task, number of the attempt, JSON text of the arguments. */
export type AttemptOrder = readonly [id: string, task: string, attempt: number, args: string];

/** What an executor tells the host. */
export interface ExecutorReports {
  /**
   * `started` before the first of them runs, in the same message as the ends before it. Every order is ended once, also
   * one that was aborted before it started; those that `executor.drain` answers are not.
   */
  "executor.report": Exchange<{ readonly started: readonly string[]; readonly ended: readonly AttemptReport[] }>;
  "job.progress": Exchange<{ readonly id: string; readonly value: number; readonly note: string | null }>;
}

/** An attempt that ended: id, outcome, run time in milliseconds. */
export type AttemptReport = readonly [id: string, outcome: Outcome, durationMs: number];

/** What any guest may call in the host. */
export interface HostCalls {
  "metrics.snapshot": Exchange<Record<string, never>, MetricsSnapshot>;
  /** Task, arguments and overrides; the host fills in defaults and checks. Answers the ids. */
  "client.enqueue": Exchange<readonly EnqueueOrder[], readonly string[]>;
  /** Waits until the job is final or the time is over (null then). */
  "client.wait": Exchange<{ readonly id: string; readonly timeoutMs: number }, WaitAnswer | null>;
}

/** What any guest may tell the host. */
export interface HostNotes {
  "log": Exchange<{
    readonly level: "debug" | "info" | "warn" | "error";
    readonly message: string;
    readonly fields?: Readonly<Record<string, unknown>>;
    /** The job whose handler wrote it, in an executor. */
    readonly job?: string;
  }>;
  /** A plugin registered something after its start. */
  "plugin.registered": Exchange<Registration>;
}
