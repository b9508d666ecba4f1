/** Options of a task, and what the rest of nuvom knows of one. @module */

import { type Duration, parseDuration } from "./duration.ts";
import { NuvomError } from "./errors.ts";
import { DEFAULT_QUEUE, type TimeoutPolicy } from "./job.ts";

/** Options of `task()`. */
export interface TaskOptions {
  /** Unique in the project; letters, digits, `_`, `-`, `.`, `:`; at most 200 characters. */
  readonly name: string;
  /** Further attempts after a failed one, 0 to 1000. @default 0 */
  readonly retries?: number;
  /** Base of the exponential backoff. @default the setting `NUVOM_RETRY_DELAY_SECS` */
  readonly retryDelay?: Duration;
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

const TIMEOUT_POLICIES: readonly string[] = ["retry", "fail", "ignore"];
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}$/;

/**
 * Checks the options of a task.
 * @throws {NuvomError} `NUVOM_TASK_OPTIONS`, `NUVOM_DURATION_INVALID`
 */
export function checkTaskOptions(options: TaskOptions): TaskInfo {
  const at = `the task "${options.name}"`;
  if (typeof options.name !== "string" || !NAME.test(options.name)) {
    throw invalid(`${JSON.stringify(options.name)} is no name for a task`, "Use letters, digits, _, -, . and :");
  }
  return {
    name: options.name,
    retries: integer(options.retries ?? 0, 0, 1_000, `retries of ${at}`),
    retryDelayMs: options.retryDelay === undefined ? null : parseDuration(options.retryDelay, `retryDelay of ${at}`),
    timeoutMs: options.timeout === undefined ? null : parseDuration(options.timeout, `timeout of ${at}`),
    timeoutPolicy: options.timeoutPolicy === undefined ? null : policy(options.timeoutPolicy, at),
    queue: checkQueueName(options.queue ?? DEFAULT_QUEUE),
    priority: checkPriority(options.priority ?? 0, at),
    storeResult: boolean(options.storeResult ?? true, `storeResult of ${at}`),
  };
}

/** Checks the name of a queue. @throws {NuvomError} `NUVOM_TASK_OPTIONS` */
export function checkQueueName(name: string): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  throw invalid(`${JSON.stringify(name)} is no name for a queue`, "Use letters, digits, _, -, . and :");
}

/** Checks a priority: a whole number from -1000 to 1000. @throws {NuvomError} `NUVOM_TASK_OPTIONS` */
export function checkPriority(priority: number, at: string): number {
  return integer(priority, -1_000, 1_000, `the priority of ${at}`);
}

function integer(value: number, min: number, max: number, what: string): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid(`${JSON.stringify(value)} is no value for ${what}`, `Use a whole number from ${min} to ${max}`);
}

function boolean(value: boolean, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(`${JSON.stringify(value)} is no value for ${what}`, "Use true or false");
}

function policy(value: string, at: string): TimeoutPolicy {
  if (TIMEOUT_POLICIES.includes(value)) return value as TimeoutPolicy;
  throw invalid(`${JSON.stringify(value)} is no timeoutPolicy for ${at}`, "Use retry, fail or ignore");
}

function invalid(what: string, mend: string): NuvomError {
  return new NuvomError("NUVOM_TASK_OPTIONS", { what: `${what}.`, mend: `${mend}.`, exitCode: 2 });
}
