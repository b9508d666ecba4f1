/** The worker: dispatcher, executors, the pipeline of one attempt, retry, timeout, leases, shutdown. @module */

export { Worker } from "./worker.ts";
export type { WorkerOptions, WorkerParts } from "./options.ts";
export type { RetentionOptions, RetentionRule } from "./retention.ts";
