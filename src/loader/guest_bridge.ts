/**
 * The one global through which a guest hands the sdk to the stub modules of a prepared folder. The guest sets it,
 * imports the stubs, and deletes it, all before foreign code runs.
 * @module
 */

/** The name of that global. */
export const BRIDGE = "__nuvom_guest";

/** Its value. */
export interface GuestBridge {
  /** The exports of `src/sdk/mod.ts`. */
  readonly sdk: Readonly<Record<string, unknown>>;
  /** The variables that the manifest grants, for `process.env`. */
  readonly env: Readonly<Record<string, string>>;
  /** What foreign code prints. */
  write(stream: "stdout" | "stderr", text: string): void;
}

/** The stub modules that must be imported while the global stands. */
export const STUBS: readonly string[] = [
  "descriptors.js",
  "timers.js",
  "nuvom.js",
  "guard.js",
  "commonjs.js",
  "shim_process.js",
];

/** What `import … from "nuvom"` offers at run time; a test of the sandbox holds it against the sdk. */
export const SDK_EXPORTS: readonly string[] = [
  "API_VERSION",
  "BaseJobQueue",
  "Discard",
  "MAX_JOB_ERRORS",
  "MAX_JOB_LOG",
  "MAX_LEASE_LOSSES",
  "NuvomError",
  "QUEUE_CAPABILITIES",
  "Snooze",
  "cancelledByUser",
  "checkJobs",
  "jobContext",
  "lostTooOften",
  "parseDuration",
  "registerCommand",
  "registerHook",
  "registerMetricsProvider",
  "registerQueueBackend",
  "registerResultBackend",
  "retriedRecord",
  "task",
  "traceWith",
];
