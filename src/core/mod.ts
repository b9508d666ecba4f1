/** The vocabulary and contracts of nuvom; imports nothing of ours. @module */

export * from "./check_jobs.ts";
export * from "./clock.ts";
export * from "./duration.ts";
export * from "./errors.ts";
export * from "./events.ts";
export * from "./hooks.ts";
export * from "./job.ts";
export * from "./job_report.ts";
export * from "./metrics.ts";
export * from "./nearest.ts";
export * from "./order.ts";
export * from "./outcome.ts";
export * from "./plugin.ts";
export * from "./prune.ts";
export * from "./queue_backend.ts";
export * from "./result_backend.ts";
export * from "./retry.ts";
export * from "./task.ts";
export * from "./transitions.ts";
