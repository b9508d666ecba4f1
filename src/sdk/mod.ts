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

export { BaseJobQueue } from "./base_job_queue.ts";
export { Discard, Snooze } from "./outcomes.ts";
export { jobContext } from "./job_context.ts";
export {
  registerCommand,
  registerHook,
  registerMetricsProvider,
  registerQueueBackend,
  registerResultBackend,
} from "./register.ts";
export { type EnqueueOverrides, type Enqueuer, type Task, task } from "./task.ts";
export { API_VERSION, NuvomError, parseDuration } from "../core/mod.ts";
export {
  cancelledByUser,
  checkJobs,
  lostTooOften,
  MAX_JOB_ERRORS,
  MAX_JOB_LOG,
  MAX_LEASE_LOSSES,
  QUEUE_CAPABILITIES,
  retriedRecord,
  traceWith,
} from "../core/mod.ts";
export type { JobContext } from "./ambient.ts";
export type { JobHandle } from "./job_handle.ts";
export type {
  AttemptError,
  BackendOptions,
  BackoffFunction,
  BackoffPolicy,
  BasicQueue,
  CancelStatus,
  Capability,
  Duration,
  EnqueueReceipt,
  ErrorCode,
  ErrorData,
  ExitCode,
  FinalState,
  FinishedJob,
  HistogramSample,
  Hook,
  HookEvent,
  JobLogLine,
  JobProgress,
  JobRecord,
  JobReport,
  JobState,
  JobTrace,
  LeasedJob,
  LeaseRef,
  LeaseRequest,
  Logger,
  MetricFamily,
  MetricSample,
  MetricsProvider,
  MetricsSnapshot,
  NewJob,
  NuvomErrorOptions,
  Outcome,
  PermissionKind,
  PermissionSet,
  Plugin,
  PluginCommand,
  PluginContext,
  PluginSettings,
  PruneRequest,
  QueueBackend,
  QueueCapability,
  QueueFactory,
  QueueStats,
  RenewReport,
  ResultBackend,
  ResultFactory,
  ResultQuery,
  RetryStatus,
  SettingSpec,
  SettingsSchema,
  Settlement,
  SettleStatus,
  TaskInfo,
  TaskOptions,
  TimeoutPolicy,
  WorkerInfo,
} from "../core/mod.ts";
