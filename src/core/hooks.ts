/** Lifecycle hooks: what a `lifecycle_hook` plugin may watch. @module */

import type { JobRecord } from "./job.ts";
import type { Outcome } from "./outcome.ts";

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

/** The methods of a {@linkcode Hook}. */
export const HOOK_METHODS = ["beforeJob", "afterJob", "onError", "onRetry", "workerStart", "workerStop"] as const;
/** See {@linkcode HOOK_METHODS}. */
export type HookMethod = (typeof HOOK_METHODS)[number];
