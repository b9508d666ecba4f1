// Types of the module "nuvom", for editors and type checks; `nuvom init` of another version writes others.

/**
 * What plugins and task modules import as `"nuvom"`.
 *
 * @example
 * ```ts
 * import { task } from "nuvom";
 *
 * export const add = task({ name: "add" }, (a: number, b: number) => a + b);
 * ```
 * @module
 */

/**
 * A queue with only five methods. nuvom adds what it lacks (leases, retries, backoff) in memory, and
 * `nuvom plugin test` lists the promises that it then does not make.
 *
 * @example
 * ```ts
 * import { BaseJobQueue, type JobRecord } from "nuvom";
 *
 * export class ListQueue extends BaseJobQueue {
 *   #jobs: JobRecord[] = [];
 *   enqueue(job: JobRecord) { this.#jobs.push(job); }
 *   dequeue() { return this.#jobs.shift() ?? null; }
 *   popBatch(size: number) { return this.#jobs.splice(0, size); }
 *   qsize() { return this.#jobs.length; }
 *   clear() { this.#jobs = []; }
 * }
 * ```
 */
export declare abstract class BaseJobQueue implements BasicQueue {
  /** What the queue keeps of itself: for example `durable`, `shared`, `fifo`, `namespace`. @default nothing */
  readonly capabilities: readonly QueueCapability[];
  /** What the factory was told. */
  protected readonly options: BackendOptions;
  /** Called by nuvom, once for each namespace. @param options Given by nuvom; tests may leave them out. */
  constructor(options?: BackendOptions);
  /** Adds a job at the end. */
  abstract enqueue(job: JobRecord): void | Promise<void>;
  /** The next job, or null after at most `timeoutMs` milliseconds without one. */
  abstract dequeue(timeoutMs: number): JobRecord | null | undefined | Promise<JobRecord | null | undefined>;
  /** At most `size` jobs, without waiting. */
  abstract popBatch(size: number): JobRecord[] | Promise<JobRecord[]>;
  /** How many jobs wait. */
  abstract qsize(): number | Promise<number>;
  /** Removes all jobs that wait; may answer how many. */
  abstract clear(): number | void | Promise<number | void>;
}

/**
 * Thrown by a handler: the job fails now, without the attempts that are left.
 *
 * @example
 * ```ts
 * import { Discard, task } from "nuvom";
 *
 * export const notify = task({ name: "notify", retries: 5 }, (address: string) => {
 *   if (!address.includes("@")) throw new Discard(`"${address}" is no address`);
 * });
 * ```
 */
export declare class Discard extends Error {
  /** What the job's error is called. */
  readonly name = "Discard";
}

/**
 * Thrown by a handler: run the job again later. The attempt does not count.
 *
 * @example
 * ```ts
 * import { Snooze, task } from "nuvom";
 *
 * export const poll = task({ name: "poll" }, (ready: boolean) => {
 *   if (!ready) throw new Snooze("10m");
 * });
 * ```
 */
export declare class Snooze extends Error {
  /** As stack traces show it. */
  readonly name = "Snooze";
  /** Milliseconds. */
  readonly delayMs: number;
  /** Asks for another run. @param delay How long to wait. @throws {NuvomError} `NUVOM_DURATION_INVALID` */
  constructor(delay: Duration);
}

/**
 * The job that the calling handler runs for.
 *
 * @throws {NuvomError} `NUVOM_NO_JOB` outside of a handler.
 *
 * @example
 * ```ts
 * import { jobContext, task } from "nuvom";
 *
 * export const download = task({ name: "download", timeout: "1m" }, async (url: string) => {
 *   const { signal, log } = jobContext();
 *   log.info("downloading", { url });
 *   return (await fetch(url, { signal })).status;
 * });
 * ```
 */
export declare function jobContext(): JobContext;

/** Registers a queue backend under a name for `NUVOM_QUEUE_BACKEND`. @throws {NuvomError} `NUVOM_NO_START` */
export declare function registerQueueBackend(name: string, factory: QueueFactory): void;

/** Registers a result backend under a name for `NUVOM_RESULT_BACKEND`. @throws {NuvomError} `NUVOM_NO_START` */
export declare function registerResultBackend(name: string, factory: ResultFactory): void;

/** Adds figures to what every exporter sees. @throws {NuvomError} `NUVOM_NO_START` */
export declare function registerMetricsProvider(provider: MetricsProvider): void;

/** Registers a lifecycle hook. @throws {NuvomError} `NUVOM_NO_START` */
export declare function registerHook(hook: Hook): void;

/** Registers a command. @throws {NuvomError} `NUVOM_NO_START` */
export declare function registerCommand(command: PluginCommand): void;

/** What one enqueue may say differently from the task. */
export interface EnqueueOverrides {
  /** 1 to 200 letters, digits, `_`, `-`, `.`, `:`. @default a new ULID */
  readonly id?: string;
  /** Instead of the task's own. */
  readonly queue?: string;
  /** -1000 to 1000; higher runs first. */
  readonly priority?: number;
  /** Not before this much time has passed. */
  readonly delay?: Duration;
  /** While an unfinished job holds this key, no second one is added: the handle is the first one's. */
  readonly unique?: string;
  /** Holds the key for at least so long, even when the job has finished. */
  readonly uniqueFor?: Duration;
}

/** The ways to enqueue a task. */
export interface Enqueuer<A extends unknown[], R> {
  /** Enqueues one job. @throws {NuvomError} `NUVOM_ARGS_NOT_JSON`, `NUVOM_PAYLOAD_TOO_LARGE`, the queue's own errors */
  delay(...args: A): Promise<JobHandle<R>>;
  /** Enqueues a job for each list of arguments, all or none where the queue can. */
  map(list: readonly A[]): Promise<JobHandle<R>[]>;
}

/** A task. Called as a function it just runs its handler, here and now. */
export interface Task<A extends unknown[], R> extends Enqueuer<A, R> {
  (...args: A): R | Promise<R>;
  /** As its options say. */
  readonly taskName: string;
  /** The same task with other options for what is enqueued through it. */
  with(overrides: EnqueueOverrides): Enqueuer<A, R>;
}

/**
 * Makes a task of a function. Export it from a module that `[tasks]` of the manifest names.
 *
 * @param options Name and defaults; see `TaskOptions`.
 * @param handler Takes plain (JSON) arguments and returns a plain value; may be asynchronous. What JSON would lose is
 * refused by name and place and never dropped: a Map, Set, Date, class instance or big integer, NaN and Infinity,
 * undefined in an array. Return and pass dates and big integers as text. A property that is undefined is left out.
 * @throws {NuvomError} `NUVOM_TASK_OPTIONS`, `NUVOM_DURATION_INVALID`
 *
 * @example
 * ```ts
 * import { task } from "nuvom";
 *
 * export const add = task({ name: "add", retries: 3 }, (a: number, b: number) => a + b);
 * console.assert(await add(5, 7) === 12);
 * ```
 */
export declare function task<A extends unknown[], R>(
  options: TaskOptions,
  handler: (...args: A) => R | Promise<R>,
): Task<A, R>;

/**
 * Looks whether every field of every job is of its type and range.
 * @throws {NuvomError} `NUVOM_JOB_INVALID` for the first bad job, before anything is written.
 */
export declare function checkJobs(jobs: readonly NewJob[]): void;

/** Milliseconds, or text such as `"250ms"`, `"30s"`, `"5m"`, `"2h"`, `"7d"`. */
export type Duration = number | string;

/**
 * Reads a duration.
 *
 * @param value Milliseconds, or a number with one of the units ms, s, m, h, d.
 * @param what What the duration is of, for the error message.
 * @returns Milliseconds, from 0 to 100 years.
 * @throws {NuvomError} `NUVOM_DURATION_INVALID`
 *
 * @example
 * ```ts
 * import { parseDuration } from "@nuvom/nuvom";
 *
 * console.assert(parseDuration("1.5s", "the delay") === 1500);
 * ```
 */
export declare function parseDuration(value: Duration, what: string): number;

/** A stable error code, for programs; the message is for people. */
export type ErrorCode = `NUVOM_${string}`;

/** Exit codes of the command line: 1 the operation failed, 2 usage, 3 configuration or manifest, 4 not found. */
export type ExitCode = 1 | 2 | 3 | 4;

/** What {@linkcode NuvomError} is made of. */
export interface NuvomErrorOptions {
  /** What happened and where (file, line, plugin, job): full sentences. */
  readonly what: string;
  /** What to do about it: full sentences. Left out only where nothing can be done. */
  readonly mend?: string;
  /** What the command line exits with. @default 1 */
  readonly exitCode?: ExitCode;
  /** What was caught before this was thrown. */
  readonly cause?: unknown;
}

/**
 * Every error that nuvom itself throws.
 *
 * @example
 * ```ts
 * import { NuvomError } from "@nuvom/nuvom";
 *
 * const error = new NuvomError("NUVOM_JOB_UNKNOWN", { what: "There is no job 42.", mend: "List jobs with `nuvom history recent`." });
 * console.log(error.code, error.message);
 * ```
 */
export declare class NuvomError extends Error {
  /** The same for every error of nuvom; tell them apart by `code`. */
  readonly name = "NuvomError";
  /** Stable, for programs. */
  readonly code: ErrorCode;
  /** What the command line exits with when this error ends a command. */
  readonly exitCode: ExitCode;
  /** The message is what happened, then what to do. @param code Stable; see the catalogue of the room that throws it. */
  constructor(code: ErrorCode, options: NuvomErrorOptions);
}

/** An error as plain data: what is stored with a job and sent between processes. */
export interface ErrorData {
  /** Of the class that was thrown. */
  readonly name: string;
  /** At most 8,192 characters of it. */
  readonly message: string;
  /** Of an error that has one as text: `NUVOM_…`, `ENOENT`. */
  readonly code?: string;
  /** At most 16,384 characters of it; in a job's errors it names the original files. */
  readonly stack?: string;
  /** At most five deep. */
  readonly cause?: ErrorData;
}

/** One thing that happened to a job; `outcome` only after an attempt. */
export interface HookEvent {
  /** As it was leased. */
  readonly job: JobRecord;
  /** Of the attempt that ended. */
  readonly outcome?: Outcome["kind"];
  /** Of the attempt, in milliseconds. */
  readonly durationMs?: number;
}

/** What a worker says of itself. */
export interface WorkerInfo {
  /** Different for every worker that was ever started. */
  readonly workerId: string;
}

/**
 * Observers: called with batches, after the fact, never slowing a job down. A hook that throws or hangs is logged and
 * harms no job.
 */
export interface Hook {
  /** Defaults to the plugin's name. */
  readonly name?: string;
  /** Only jobs of these tasks. */
  readonly tasks?: readonly string[];
  /** Only jobs of these queues. */
  readonly queues?: readonly string[];
  /** Jobs have begun to run. */
  beforeJob?(events: readonly HookEvent[]): void | Promise<void>;
  /** Attempts ended, whatever their outcome. */
  afterJob?(events: readonly HookEvent[]): void | Promise<void>;
  /** Attempts failed, ran out of time or were lost with their executor. */
  onError?(events: readonly HookEvent[]): void | Promise<void>;
  /** Jobs will run again after a failed attempt. */
  onRetry?(events: readonly HookEvent[]): void | Promise<void>;
  /** The worker begins to take jobs. */
  workerStart?(worker: WorkerInfo): void | Promise<void>;
  /** The worker has stopped. */
  workerStop?(worker: WorkerInfo): void | Promise<void>;
}

/**
 * The states of a job as users see them. `PENDING` may run now, `SCHEDULED` waits for its time (a delay, a retry or a
 * snooze), `RUNNING` is leased; the other three are final.
 */
export type JobState = "PENDING" | "SCHEDULED" | "RUNNING" | FinalState;

/** A state that a job never leaves by itself. */
export type FinalState = "SUCCESS" | "FAILED" | "CANCELLED";

/** How many errors of attempts a job keeps; the first ones are dropped. */
export declare const MAX_JOB_ERRORS = 20;

/** After so many expired leases without any settle a job ends `FAILED` (its worker dies each time). */
export declare const MAX_LEASE_LOSSES = 10;

/** What a timeout does: count as a failed attempt, end the job at once, or only be reported while the attempt goes on. */
export type TimeoutPolicy = "retry" | "fail" | "ignore";

/** A job as a client hands it to a queue backend: every default filled in, everything checked. */
export interface NewJob {
  /** Unique; sorts by time of creation (a ULID) unless the client chose its own. 1 to 200 characters. */
  readonly id: string;
  /** Name of the task. */
  readonly task: string;
  /** The arguments: the JSON text of an array. Stores keep it as it is. */
  readonly args: string;
  /** Name of the queue. */
  readonly queue: string;
  /** -1000 to 1000; higher runs first. */
  readonly priority: number;
  /** Milliseconds, counted by the store's clock, before the job may run; 0 is now. */
  readonly delayMs: number;
  /** Attempts in all (1 + retries), 1 or more. */
  readonly maxAttempts: number;
  /** Base of the backoff between attempts. */
  readonly retryDelayMs: number;
  /** Longest run of one attempt; 0 is no limit. */
  readonly timeoutMs: number;
  /** What happens when `timeoutMs` is over. */
  readonly timeoutPolicy: TimeoutPolicy;
  /** Whether the value that the handler returns is kept. Errors and the final state always are. */
  readonly storeResult: boolean;
  /** While an unfinished job holds this key, a second one is not taken: its enqueue answers with the first one's id. */
  readonly uniqueKey: string | null;
  /** The key is held for this long after creation even when the job has finished; 0: until it finishes. */
  readonly uniqueForMs: number;
}

/** One failed attempt of a job. */
export interface AttemptError {
  /** From 1. */
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** How it ended. */
  readonly outcome: "failure" | "timeout" | "lost" | "cancelled";
  /** Why. */
  readonly error: ErrorData;
}

/** A job as a store shows it, at any time of its life. Times are milliseconds since the epoch by the store's clock. */
export interface JobRecord extends NewJob {
  /** Where it is in its life. */
  readonly state: JobState;
  /** When the store took it. */
  readonly createdAt: number;
  /** Not before this time. */
  readonly runAt: number;
  /** Attempts begun and not refunded. */
  readonly attempts: number;
  /** Leases that ran out without a settle. */
  readonly losses: number;
  /** Of the last attempt. */
  readonly startedAt: number | null;
  /** When it reached a final state; null before. */
  readonly finishedAt: number | null;
  /** Who runs or ran the last attempt; null while it waits. */
  readonly workerId: string | null;
  /** JSON text of what the handler returned; null when there is none or it is not kept. */
  readonly result: string | null;
  /** Why the job is `FAILED` or `CANCELLED`. */
  readonly error: ErrorData | null;
  /** Errors of past attempts, oldest first, at most {@linkcode MAX_JOB_ERRORS}. */
  readonly errors: readonly AttemptError[];
}

/** A job in a final state. */
export interface FinishedJob extends JobRecord {
  /** One that it does not leave. */
  readonly state: FinalState;
  /** When it ended. */
  readonly finishedAt: number;
}

/** What proves the right to run and settle a job. */
export interface LeaseRef {
  /** Of the job. */
  readonly id: string;
  /** Different for every lease; a token of an older lease is stale. 1 to 200 characters. */
  readonly token: string;
}

/** A job handed to a worker. Its attempt is already counted. */
export interface LeasedJob extends JobRecord, LeaseRef {
  /** Always, while the lease is live. */
  readonly state: "RUNNING";
  /** When the lease runs out, by the store's clock. */
  readonly leaseUntil: number;
}

/** How many lines of its log a job keeps; the first ones are dropped. */
export declare const MAX_JOB_LOG = 100;

/** How far a job is. */
export interface JobProgress {
  /** From 0 to 1. */
  readonly value: number;
  /** What it does just now, at most {@linkcode MAX_LOG_LINE} characters; null when it did not say. */
  readonly note: string | null;
  /** Of the attempt that said so, from 1: after a retry it is that of the last attempt until the new one says something. */
  readonly attempt: number;
  /** When it was said, by the clock of the worker: milliseconds since the epoch. */
  readonly at: number;
}

/** A line of a job's log. */
export interface JobLogLine {
  /** When it was written, by the clock of the worker: milliseconds since the epoch. */
  readonly at: number;
  /** Of the attempt that wrote it, from 1. */
  readonly attempt: number;
  /** How much it matters. */
  readonly level: "debug" | "info" | "warn" | "error";
  /** At most {@linkcode MAX_LOG_LINE} characters. */
  readonly message: string;
}

/** What one running job has told since its last report. */
export interface JobReport extends LeaseRef {
  /** The latest; null when it said nothing new. */
  readonly progress: JobProgress | null;
  /** New lines, oldest first. */
  readonly log: readonly JobLogLine[];
}

/** All that a job has told and that is kept. */
export interface JobTrace {
  /** The latest; null when it never told any. */
  readonly progress: JobProgress | null;
  /** Of all its attempts, oldest first, at most {@linkcode MAX_JOB_LOG} lines. */
  readonly log: readonly JobLogLine[];
}

/** What is kept of a job after one more report; caps are applied here, so that every store has the same. */
export declare function traceWith(trace: JobTrace | null, {
  progress,
  log,
}: Pick<JobReport, "progress" | "log">): JobTrace;

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
export type MetricFamily = {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly MetricSample[];
} | {
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

/** The closed set of ways in which an attempt ends. */
export type Outcome =
  /** The handler returned; `result` is the JSON text of the value, null for undefined. */
  | {
    readonly kind: "success";
    readonly result: string | null;
  }
  /**
   * The handler threw; `retryable: false` skips the attempts that are left. `retryInMs` is what the task's own backoff
   * function answered.
   */
  | {
    readonly kind: "failure";
    readonly error: ErrorData;
    readonly retryable: boolean;
    readonly retryInMs?: number;
  }
  /** The time limit passed. */
  | {
    readonly kind: "timeout";
    readonly error: ErrorData;
    readonly retryInMs?: number;
  }
  | {
    readonly kind: "cancelled";
    readonly error: ErrorData;
  }
  /** The handler asked to be run again later, at no cost in attempts. */
  | {
    readonly kind: "snoozed";
    readonly delayMs: number;
  }
  /** The executor died under it; only an attempt that ran alone counts. */
  | {
    readonly kind: "lost";
    readonly error: ErrorData;
  };

/** The version of the plugin contract; a plugin of another major version is refused. */
export declare const API_VERSION = "1.0";

/** What a plugin can provide. */
declare const CAPABILITIES: readonly ["queue_backend", "result_backend", "monitoring", "lifecycle_hook", "cli"];

/** See {@linkcode CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** The kinds of permission that Deno knows. */
declare const PERMISSION_KINDS: readonly ["read", "write", "net", "env", "run", "ffi", "sys", "import"];

/** See {@linkcode PERMISSION_KINDS}. */
export type PermissionKind = (typeof PERMISSION_KINDS)[number];

/** Permissions as the manifest and plugins write them: a list for each kind; true is the whole kind. */
export type PermissionSet = {
  readonly [K in PermissionKind]?: readonly string[] | true;
};

/** One setting of a plugin. */
export interface SettingSpec {
  /** What the value must be. */
  readonly type: "string" | "number" | "boolean" | "array" | "object";
  /** One line, for `nuvom plugin inspect`. */
  readonly description?: string;
  /** The value where nothing else gives one. */
  readonly default?: unknown;
  /** Without a value the plugin does not start. @default false */
  readonly required?: boolean;
  /** Masked wherever settings are shown. @default false */
  readonly secret?: boolean;
}

/** The settings of a plugin by name. */
export type SettingsSchema = Readonly<Record<string, SettingSpec>>;

/** Values of settings as a plugin gets them. */
export type PluginSettings = Readonly<Record<string, unknown>>;

/**
 * A plugin: a class that is constructed without arguments, or an object. Importing its module must do nothing; only
 * `start` acts. Only `name`, `provides`, `start` and `stop` are required.
 *
 * @example
 * ```ts
 * import type { Plugin } from "nuvom";
 *
 * export default {
 *   name: "hello",
 *   provides: ["monitoring"],
 *   start(_settings, context) {
 *     context?.log.info("hello");
 *   },
 *   stop() {},
 * } satisfies Plugin;
 * ```
 */
export interface Plugin {
  /** The version of the contract that it was written for. @default "1.0" */
  readonly apiVersion?: string;
  /** Unique in the manifest; lower case letters, digits, `_` and `-`. */
  readonly name: string;
  /** Of the plugin itself, for people. */
  readonly version?: string;
  /** What it registers in `start`. */
  readonly provides: readonly Capability[];
  /** Names of plugins that must be started before this one. Where one of them crashes later, this one goes on. */
  readonly requires?: readonly string[];
  /** What it asks for; what it gets is what the manifest grants. */
  readonly permissions?: PermissionSet;
  /** The settings that it knows. */
  readonly settings?: SettingsSchema;
  /**
   * Called once in each realm, before the worker takes jobs; has a time limit. A throw stops the worker from starting.
   * After a crash it is called again, in a new realm.
   */
  start(settings: PluginSettings, context: PluginContext): void | Promise<void>;
  /** Called once, in reverse order of the starts, also when a later plugin failed to start; has a time limit. */
  stop(): void | Promise<void>;
  /**
   * Rejects (or throws) when the plugin is not well. Called by `nuvom plugin status` and `nuvom plugin test`, and before
   * `nuvom plugin reload` puts a new instance in the place of the old one; never while nobody asks. A plugin that is not
   * well is shown so, and not started again for it. Has the time limit of a call.
   */
  health?(): void | Promise<void>;
}

/** What a factory of a backend is told. */
export interface BackendOptions {
  /** Data of different namespaces must not touch; `""` is the user's. */
  readonly namespace: string;
  /** The settings of the plugin, as `start` got them. */
  readonly settings: PluginSettings;
}

/** A class or function that makes a queue backend; `new` is used when it is a class. */
export type QueueFactory =
  | ((options: BackendOptions) => QueueBackend | BasicQueue | Promise<QueueBackend | BasicQueue>)
  | (new (options: BackendOptions) => QueueBackend | BasicQueue);

/** A class or function that makes a result backend. */
export type ResultFactory =
  | ((options: BackendOptions) => ResultBackend | Promise<ResultBackend>)
  | (new (options: BackendOptions) => ResultBackend);

/** A log that writes under the plugin's or the job's name. Fields must be plain data. */
export interface Logger {
  /** For whoever looks for a fault. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What an operator may want to know. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What an operator should look at. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What has gone wrong. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A command that a plugin adds under its own name: `nuvom PLUGIN NAME …`. */
export interface PluginCommand {
  /** The word after the plugin's name. */
  readonly name: string;
  /** One line, for `nuvom PLUGIN --help`. */
  readonly summary: string;
  /**
   * Called with the words after its name, as they were typed, and may take as long as it needs. What it prints to the
   * console is the output of the command line; it has no standard input.
   *
   * @returns the exit code, 0 to 255; a throw is told as an error, with exit code 1.
   */
  run(args: readonly string[]): number | Promise<number>;
}

/** The narrow object that `start` gets. */
export interface PluginContext {
  /** A class that has only the original's five methods is adapted. */
  registerQueueBackend(name: string, factory: QueueFactory): void;
  /** Makes a result backend available under a name for `NUVOM_RESULT_BACKEND`. */
  registerResultBackend(name: string, factory: ResultFactory): void;
  /** Adds the plugin's own figures to what every exporter sees. */
  registerMetricsProvider(provider: MetricsProvider): void;
  /** Adds an observer of jobs. */
  registerHook(hook: Hook): void;
  /** Adds a command to the command line. */
  registerCommand(command: PluginCommand): void;
  /** Everything that there is to export, now. */
  metrics(): Promise<MetricsSnapshot>;
  /** Writes under the plugin's name. */
  readonly log: Logger;
  /** Aborted when the plugin must stop, before `stop` is called. */
  readonly signal: AbortSignal;
}

/** Finished jobs that are to be forgotten, the earliest ended first. */
export interface PruneRequest {
  /** Only jobs that ended so. */
  readonly states: readonly FinalState[];
  /** Those that ended so many milliseconds ago, or longer; null: none for their age. */
  readonly olderThanMs: number | null;
  /** Those that are not among the latest so many of these states; null: none for their number. */
  readonly keep: number | null;
  /** At most so many with this call, 1 or more. */
  readonly limit: number;
}

/**
 * What a backend promises beyond the least. The conformance cases ask these, never the backend's name.
 *
 * - `delay` keeps jobs back until their time, also across restarts of the worker
 * - `priority` hands out higher priorities first
 * - `fifo` hands out equal priorities in order of enqueue
 * - `lease` a job whose worker died is handed out again when its lease runs out
 * - `durable` keeps acknowledged jobs across a restart of the process
 * - `shared` several processes may work on the same queue
 * - `unique` honours `uniqueKey`, and takes no id twice
 * - `atomic_batch` takes all of a batch or none of it
 * - `pause` honours `pause` and `resume`
 * - `cancel` honours `cancel`
 * - `retry` honours `retry`
 * - `weights` shares a lease among queues by their weights
 * - `inspect` answers `inspect`, `stats` and `busy` for the jobs it holds
 * - `report` keeps what running jobs tell of themselves: `report` and `traces`
 * - `prune` honours `prune`
 * - `namespace` keeps the data of each namespace that its factory is given apart
 */
export type QueueCapability =
  | "delay"
  | "priority"
  | "fifo"
  | "lease"
  | "durable"
  | "shared"
  | "unique"
  | "atomic_batch"
  | "pause"
  | "cancel"
  | "retry"
  | "weights"
  | "inspect"
  | "report"
  | "prune"
  | "namespace";

/** Every capability. */
export declare const QUEUE_CAPABILITIES: readonly QueueCapability[];

/** What became of one job of an `enqueue`. */
export interface EnqueueReceipt {
  /** Of the job that stands in the queue: the new one, or the one that was there already. */
  readonly id: string;
  /** True when nothing was added: the id, or an unfinished job's unique key, was there already. */
  readonly duplicate: boolean;
}

/** What a worker asks for. */
export interface LeaseRequest {
  /** At most so many jobs, 1 or more. */
  readonly limit: number;
  /** How long the leases last. */
  readonly leaseMs: number;
  /** Only from these queues; null: from all. */
  readonly queues: readonly string[] | null;
  /**
   * One for each of `queues`, 1 or more: while all of them have ready jobs, each gives its share of them, in its own order.
   * A queue that has too few leaves the rest to the others. Undefined: the queues are one, and priority and age decide.
   * Only with `weights`.
   */
  readonly weights?: readonly number[];
  /** When nothing is ready, wait so long for something to become so; 0: answer at once. An answer may come earlier. */
  readonly waitMs: number;
  /** Stamped on the job. */
  readonly workerId: string;
  /** Aborted when the worker stops: a waiting lease should answer at once. A backend may ignore it; then its answer is waited for. */
  readonly signal?: AbortSignal;
}

/**
 * The end of a lease.
 *
 * `ranMs` is how long the handler ran: counted back from the end, it is a better start than the lease, which may have been
 * long before. A store may pass over it.
 *
 * - `succeed` the job is `SUCCESS`
 * - `fail` the job is `FAILED`, with `error`; `attempt` is added to its errors
 * - `cancel` the job is `CANCELLED`
 * - `retry` it comes back after `delayMs`; `attempt` is added to its errors
 * - `snooze` it comes back after `delayMs`; the attempt is refunded
 * - `release` it comes back at once, ahead of equal priority where the backend can; the attempt is refunded
 */
export type Settlement =
  & LeaseRef
  & ({
    readonly action: "succeed";
    readonly result: string | null;
    readonly ranMs?: number;
  } | {
    readonly action: "fail";
    readonly error: ErrorData;
    readonly attempt: AttemptError | null;
    readonly ranMs?: number;
  } | {
    readonly action: "cancel";
    readonly error: ErrorData;
    readonly ranMs?: number;
  } | {
    readonly action: "retry";
    readonly delayMs: number;
    readonly attempt: AttemptError;
  } | {
    readonly action: "snooze";
    readonly delayMs: number;
  } | {
    readonly action: "release";
  });

/** `stale`: the token is not the live one (or the job is gone) and nothing was changed. */
export type SettleStatus = "settled" | "stale";

/** Counts of one queue. */
export interface QueueStats {
  /** Its name. */
  readonly queue: string;
  /** Could run now. */
  readonly pending: number;
  /** Waiting for their time for the first time, or after a snooze. */
  readonly scheduled: number;
  /** Waiting for the backoff after a failed attempt. */
  readonly retrying: number;
  /** Leased. */
  readonly running: number;
  /** Nothing of it is leased until `resume`. */
  readonly paused: boolean;
  /** `runAt` of the oldest job that could run now; null when there is none. */
  readonly oldestAt: number | null;
}

/** What became of one id of a `cancel`. */
export type CancelStatus = "cancelled" | "requested" | "finished" | "unknown";

/**
 * What became of one id of a `retry`. `waiting`: it has not ended yet; `succeeded`: there is nothing to repeat; `duplicate`:
 * another job holds its unique key now.
 */
export type RetryStatus = "retried" | "waiting" | "succeeded" | "duplicate" | "unknown";

/**
 * Where jobs wait. All methods may be called concurrently, from several places; every method rejects with an error
 * that says what is wrong with the store rather than losing a job. Times are the store's own: clients send delays,
 * never dates, so that a client's wrong clock is harmless.
 *
 * Jobs leave only by `settle` with a live token, by `cancel` or by `clear`. A lease that runs out makes its job ready
 * again, refunds its attempt and adds one to its `losses`; after `MAX_LEASE_LOSSES` the backend ends it as `FAILED`.
 * Until the job is ready again, a lease that ran out may still be renewed or settled: late is better than twice.
 */
export interface QueueBackend {
  /** What it promises; fixed for its life. */
  readonly capabilities: ReadonlySet<QueueCapability>;
  /**
   * Names the store that the backend lives in. Where the result backend names the same one, `settle` writes the
   * finished record together with the settle, and the worker does not write results itself. Undefined: it stands alone.
   */
  readonly store?: string;
  /**
   * Adds jobs, in order. Resolves when they are as durable as the backend makes them; only then a waiting `lease`
   * may see them. With `atomic_batch` one bad job (a field that is missing, or of another type) rejects the whole
   * batch and nothing is written.
   */
  enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]>;
  /** Takes ready jobs; an empty list when there are none. Counts the attempt. */
  lease(request: LeaseRequest): Promise<LeasedJob[]>;
  /**
   * Makes these leases, and no others, last `leaseMs` from now. Answers the ids whose lease was lost or whose cancel was
   * asked for.
   */
  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport>;
  /** Ends leases, in one transaction where there is one; one status for each settlement, in order. */
  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]>;
  /** How many jobs are `PENDING` or `SCHEDULED`. */
  qsize(queue?: string): Promise<number>;
  /** Removes jobs that are not running, and frees their unique keys; answers how many. */
  clear(queue?: string): Promise<number>;
  /** The records of jobs that the store holds, null for ids that it does not know. */
  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]>;
  /** Counts by state, a row a queue, only queues that hold jobs or are paused. */
  stats(): Promise<QueueStats[]>;
  /**
   * Whether anything in these queues (null: in any) could run now, runs, or waits for the backoff after a failed attempt:
   * what a drain waits for. It is asked often, so it must not count.
   */
  busy(queues: readonly string[] | null): Promise<boolean>;
  /**
   * Running jobs answer `requested` and their worker is told by every `renew`. Such a job may still succeed or fail, but
   * never comes back: a retry, snooze or release, or the loss of its lease, ends it as `CANCELLED`. Only with `cancel`.
   */
  cancel(ids: readonly string[]): Promise<CancelStatus[]>;
  /**
   * Makes jobs that ended as `FAILED` or `CANCELLED` ready again, whatever attempts they had: they get at least one more. Their
   * errors are kept. Only with `retry`.
   */
  retry?(ids: readonly string[]): Promise<RetryStatus[]>;
  /** Nothing of this queue is leased until `resume`. Only with `pause`. */
  pause(queue: string): Promise<void>;
  /** The end of a pause. Only with `pause`. */
  resume(queue: string): Promise<void>;
  /**
   * Keeps what running jobs told. A report whose token is not the live one changes nothing, and so do reports of jobs
   * that are gone; neither is an error. Nobody waits for it and nothing depends on it: a power cut may lose it.
   * Only with `report`.
   */
  report?(reports: readonly JobReport[]): Promise<void>;
  /** What is kept of these jobs, finished or not; null for those that never told anything. Only with `report`. */
  traces?(ids: readonly string[]): Promise<(JobTrace | null)[]>;
  /**
   * Forgets finished jobs, with all that is kept of them, and never any other job. A unique key that is held for a time is
   * held until then. Works in small steps, so that nobody waits for it. Answers how many: less than `limit` when nothing
   * more is to be forgotten. Only with `prune`.
   */
  prune?(request: PruneRequest): Promise<number>;
  /** Ends waiting leases with an empty list and frees what the backend holds. May be called twice. */
  close(): Promise<void>;
}

/** What `renew` found out. */
export interface RenewReport {
  /** Leases that are not live any more: their attempts must stop, their settlements would be stale. */
  readonly lost: readonly string[];
  /** Running jobs that someone asked to cancel. */
  readonly cancelled: readonly string[];
}

/** The original's five methods; an adapter makes a {@linkcode QueueBackend} of it. Jobs are plain records. */
export interface BasicQueue {
  /** Adds a job at the end. */
  enqueue(job: JobRecord): void | Promise<void>;
  /** The next job, or null (undefined) after at most `timeoutMs` milliseconds without one. */
  dequeue(timeoutMs: number): JobRecord | null | undefined | Promise<JobRecord | null | undefined>;
  /** At most `size` jobs, without waiting. */
  popBatch(size: number): JobRecord[] | Promise<JobRecord[]>;
  /** How many jobs wait. */
  qsize(): number | Promise<number>;
  /** Removes all jobs that wait; may answer how many. */
  clear(): number | void | Promise<number | void>;
}

/** Which finished jobs `listJobs` answers. */
export interface ResultQuery {
  /** Only these states; undefined: all. */
  readonly states?: readonly FinalState[];
  /** Only jobs of this task. */
  readonly task?: string;
  /** Only jobs of this queue. */
  readonly queue?: string;
  /** At most so many, the latest finished first. */
  readonly limit: number;
  /** Only jobs finished before this time (milliseconds since the epoch). */
  readonly before?: number;
  /** Only jobs finished at this time or later (milliseconds since the epoch). */
  readonly since?: number;
  /** Only what comes after this job in the list: the last one of a page, for the next page. */
  readonly after?: Pick<FinishedJob, "id" | "finishedAt">;
}

/**
 * Where finished jobs, with their results and errors, are kept. Writing the same id again replaces the record: a job
 * whose worker died between the write and the settle runs twice, and the last run counts.
 */
export interface ResultBackend {
  /** See `QueueBackend.store`. */
  readonly store?: string;
  /** Keeps a job that ended as `SUCCESS`. */
  setResult(job: FinishedJob): Promise<void>;
  /** Keeps a job that ended as `FAILED` or `CANCELLED`. */
  setError(job: FinishedJob): Promise<void>;
  /** The batched form of both; all or nothing where the store can. */
  setMany(jobs: readonly FinishedJob[]): Promise<void>;
  /** JSON text of the result; null when the job is unknown, has none, or did not succeed. */
  getResult(id: string): Promise<string | null>;
  /** Null when the job is unknown or succeeded. */
  getError(id: string): Promise<ErrorData | null>;
  /** The whole record; null when unknown. */
  getFull(id: string): Promise<FinishedJob | null>;
  /** Records of finished jobs, the latest finished first; of those that ended in the same millisecond, the greatest id. */
  listJobs(query: ResultQuery): Promise<FinishedJob[]>;
  /**
   * Forgets finished jobs; see `QueueBackend.prune`. A backend without it is never pruned by nuvom. A store that is shared with
   * the queue needs it in the queue only.
   */
  prune?(request: PruneRequest): Promise<number>;
  /** Frees what the backend holds. May be called twice. */
  close(): Promise<void>;
}

/** How long a task waits between attempts, where it says more than a base. Plain data; durations in milliseconds. */
export type BackoffPolicy =
  & {
    /** Share of a pause that chance adds at most, from 0 to 1. */
    readonly jitter: number;
    /** Longest pause; null: an hour for pauses that double, no limit for those that are written out. */
    readonly capMs: number | null;
  }
  & (
    /** Doubles with each attempt, stays the same, or is what a function of the task answers in its executor. */
    | {
      readonly kind: "exponential" | "fixed" | "function";
    }
    /** The pause after the first attempt, the second, …; the last one counts for all that follow. */
    | {
      readonly kind: "list";
      readonly delaysMs: readonly number[];
    }
  );

/** Numbers behind {@linkcode backoffDelay}. */
declare interface BackoffOptions {
  /** Backoff after the first failed attempt, in milliseconds. */
  readonly baseMs: number;
  /** Number of the attempt that failed, from 1. */
  readonly attempt: number;
  /** Longest delay, jitter included. @default one hour */
  readonly capMs?: number;
  /** Share of the backoff that is added at most, from 0 to 1. @default 0.2 */
  readonly jitter?: number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

/**
 * The pause before the next attempt.
 *
 * @param policy Undefined: exponential, with the usual jitter and cap.
 */
declare function retryDelay(policy: BackoffPolicy | undefined, {
  baseMs,
  attempt,
  random,
}: Pick<BackoffOptions, "baseMs" | "attempt" | "random">): number;

/**
 * The pause before the next attempt. Runs in the executor, right after the handler has thrown; must answer at once.
 * @param attempt The one that failed, from 1. @param error What the handler threw.
 */
export type BackoffFunction = (attempt: number, error: unknown) => Duration;

/** Options of `task()`. */
export interface TaskOptions {
  /** Unique in the project; letters, digits, `_`, `-`, `.`, `:`; at most 200 characters. */
  readonly name: string;
  /** Further attempts after a failed one, 0 to 1000. @default 0; with a list as `backoff`, its length */
  readonly retries?: number;
  /** The pause after the first failed attempt. @default the setting `NUVOM_RETRY_DELAY_SECS` */
  readonly retryDelay?: Duration;
  /**
   * How the pause goes on: it doubles, it stays, it is taken from a list (the last one counts for all that follow), or a
   * function answers it. Where an attempt ends with its executor no function can be asked, and it doubles.
   * @default "exponential"
   */
  readonly backoff?: "exponential" | "fixed" | readonly Duration[] | BackoffFunction;
  /** Share of the pause that chance adds at most, from 0 to 1, so that jobs do not come back together. @default 0.2 */
  readonly retryJitter?: number;
  /** Longest pause, jitter included. @default "1h" for pauses that double, none for those that are written out */
  readonly maxRetryDelay?: Duration;
  /** Longest run of one attempt; 0 is no limit. @default the setting `NUVOM_JOB_TIMEOUT_SECS` */
  readonly timeout?: Duration;
  /** What a timeout does. @default the setting `NUVOM_TIMEOUT_POLICY` */
  readonly timeoutPolicy?: TimeoutPolicy;
  /** Where its jobs wait. @default "default" */
  readonly queue?: string;
  /** -1000 to 1000; higher runs first. @default 0 */
  readonly priority?: number;
  /** Whether the returned value is kept. @default true */
  readonly storeResult?: boolean;
}

/** A task as discovery finds it: options checked, durations in milliseconds, null where the setting decides. */
export interface TaskInfo {
  /** Unique in the project. */
  readonly name: string;
  /** Further attempts after a failed one. */
  readonly retries: number;
  /** Base of the backoff. */
  readonly retryDelayMs: number | null;
  /** Left out: exponential, with the usual jitter and cap. */
  readonly backoff?: BackoffPolicy;
  /** Longest run of one attempt; 0 is no limit. */
  readonly timeoutMs: number | null;
  /** What a timeout does. */
  readonly timeoutPolicy: TimeoutPolicy | null;
  /** Where its jobs wait. */
  readonly queue: string;
  /** Higher runs first. */
  readonly priority: number;
  /** Whether the returned value is kept. */
  readonly storeResult: boolean;
}

/** A job that ended, and is to run again by someone's wish. */
export declare function retriedRecord(job: FinishedJob, now: number): JobRecord;

/** Why a job ends whose worker dies each time. */
export declare function lostTooOften(id: string): ErrorData;

/** What a cancelled job says of its end. */
export declare function cancelledByUser(id: string): ErrorData;

/** What a handler may know of the job that it runs for. */
export interface JobContext {
  /** Of the job. */
  readonly id: string;
  /** Name of the task. */
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted on timeout, cancel, a lost lease and shutdown. */
  readonly signal: AbortSignal;
  /** Writes under the task's name, with the job's id. */
  readonly log: Logger;
  /** Reports how far the job is. @param value From 0 to 1. */
  progress(value: number, note?: string): void;
}

/** Made by `task.delay`. */
declare class JobHandle<R> {
  /** For `nuvom status`, or to look for it later. */
  readonly id: string;
  /** A handle of a job that was enqueued, here or elsewhere. @param id Of the job. */
  constructor(id: string);
  /**
   * Waits for the job's end.
   *
   * A handler that waits for another job keeps its own place in a worker meanwhile. Where all places are taken by such
   * handlers, the jobs that they wait for never begin: give those a queue and a worker of their own, or more concurrency
   * than there are handlers that wait, or have the last job enqueue what follows instead of waiting.
   *
   * @param options `timeout`: how long at most. @default 5 minutes
   * @returns What the handler returned; undefined when it returned nothing or results of the task are not kept.
   * @throws {NuvomError} `NUVOM_RESULT_TIMEOUT`; the job's own error when it failed or was cancelled.
   *
   * @example
   * ```ts no-eval
   * import { task } from "nuvom";
   *
   * const add = task({ name: "add" }, (a: number, b: number) => a + b);
   * const job = await add.delay(5, 7);
   * console.log(await job.result({ timeout: "10s" }));
   * ```
   */
  result(options?: {
    readonly timeout?: Duration;
  }): Promise<R>;
}

export type { JobHandle };
