/** Options of a task, and what the rest of nuvom knows of one. @module */

import { type Duration, parseDuration } from "./duration.ts";
import { NuvomError } from "./errors.ts";
import { DEFAULT_QUEUE, type TimeoutPolicy } from "./job.ts";
import { didYouMean } from "./nearest.ts";
import { type BackoffPolicy, JITTER } from "./retry.ts";

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

const TIMEOUT_POLICIES: readonly string[] = ["retry", "fail", "ignore"];
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}$/;
const MAX_RETRIES = 1_000;
/** Every option, so that a misspelt one is found. */
const OPTIONS: Readonly<Record<keyof TaskOptions, true>> = {
  name: true,
  retries: true,
  retryDelay: true,
  backoff: true,
  retryJitter: true,
  maxRetryDelay: true,
  timeout: true,
  timeoutPolicy: true,
  queue: true,
  priority: true,
  storeResult: true,
};

/**
 * Checks the options of a task.
 * @throws {NuvomError} `NUVOM_TASK_OPTIONS`, `NUVOM_DURATION_INVALID`
 */
export function checkTaskOptions(options: TaskOptions): TaskInfo {
  if (typeof options !== "object" || options === null) {
    throw invalid(`${shown(options)} are no options of a task`, 'Write task({ name: "…" }, (…) => …)');
  }
  const at = `the task "${options.name}"`;
  if (typeof options.name !== "string" || !NAME.test(options.name)) {
    throw invalid(`${shown(options.name)} is no name for a task`, "Use letters, digits, _, -, . and :");
  }
  checkKeys(options, Object.keys(OPTIONS), at);
  const backoff = backoffPolicy(options, at);
  const retries = options.retries ?? (backoff?.kind === "list" ? backoff.delaysMs.length : 0);
  return {
    name: options.name,
    retries: integer(retries, 0, MAX_RETRIES, `retries of ${at}`),
    retryDelayMs: options.retryDelay === undefined ? null : parseDuration(options.retryDelay, `retryDelay of ${at}`),
    ...(backoff === undefined ? {} : { backoff }),
    timeoutMs: options.timeout === undefined ? null : parseDuration(options.timeout, `timeout of ${at}`),
    timeoutPolicy: options.timeoutPolicy === undefined ? null : policy(options.timeoutPolicy, at),
    queue: checkQueueName(options.queue ?? DEFAULT_QUEUE),
    priority: checkPriority(options.priority ?? 0, at),
    storeResult: boolean(options.storeResult ?? true, `storeResult of ${at}`),
  };
}

/** Refuses keys that nobody reads. @throws {NuvomError} `NUVOM_TASK_OPTIONS` */
export function checkKeys(given: object, known: readonly string[], at: string): void {
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const value = shown((given as Record<string, unknown>)[unknown]);
  const hint = didYouMean(unknown, known, "option").replace(/\.$/, "");
  throw invalid(`There is no option ${JSON.stringify(unknown)} (${value}) of ${at}`, hint);
}

/** Undefined where the options say no more than the default does. */
function backoffPolicy(
  { backoff, retryJitter, maxRetryDelay, retryDelay }: TaskOptions,
  at: string,
): BackoffPolicy | undefined {
  if (backoff === undefined && retryJitter === undefined && maxRetryDelay === undefined) return undefined;
  const jitter = retryJitter ?? JITTER;
  if (typeof jitter !== "number" || !(jitter >= 0 && jitter <= 1)) {
    throw invalid(`${shown(jitter)} is no value for retryJitter of ${at}`, "Use a number from 0 to 1");
  }
  const capMs = maxRetryDelay === undefined ? null : parseDuration(maxRetryDelay, `maxRetryDelay of ${at}`);
  if (backoff === undefined || backoff === "exponential" || backoff === "fixed") {
    return { kind: backoff ?? "exponential", jitter, capMs };
  }
  if (typeof backoff === "function") return { kind: "function", jitter, capMs };
  if (!Array.isArray(backoff) || backoff.length === 0 || backoff.length > MAX_RETRIES) {
    const mend = `Use "exponential", "fixed", a list of 1 to ${MAX_RETRIES} durations, or a function`;
    throw invalid(`${shown(backoff)} is no backoff for ${at}`, mend);
  }
  if (retryDelay !== undefined) {
    throw invalid(`The backoff of ${at} is a list and retryDelay is given as well`, "Leave one of both out");
  }
  const delaysMs = backoff.map((delay, i) => parseDuration(delay, `backoff[${i}] of ${at}`));
  return { kind: "list", jitter, delaysMs, capMs };
}

/** Checks the name of a queue. @throws {NuvomError} `NUVOM_TASK_OPTIONS` */
export function checkQueueName(name: string): string {
  if (typeof name === "string" && NAME.test(name)) return name;
  throw invalid(`${shown(name)} is no name for a queue`, "Use letters, digits, _, -, . and :");
}

/** Checks a priority: a whole number from -1000 to 1000. @throws {NuvomError} `NUVOM_TASK_OPTIONS` */
export function checkPriority(priority: number, at: string): number {
  return integer(priority, -1_000, 1_000, `the priority of ${at}`);
}

function integer(value: number, min: number, max: number, what: string): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalid(`${shown(value)} is no value for ${what}`, `Use a whole number from ${min} to ${max}`);
}

function boolean(value: boolean, what: string): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(`${shown(value)} is no value for ${what}`, "Use true or false");
}

function policy(value: string, at: string): TimeoutPolicy {
  if (TIMEOUT_POLICIES.includes(value)) return value as TimeoutPolicy;
  throw invalid(`${shown(value)} is no timeoutPolicy for ${at}`, "Use retry, fail or ignore");
}

function invalid(what: string, mend: string): NuvomError {
  return new NuvomError("NUVOM_TASK_OPTIONS", { what: `${what}.`, mend: `${mend}.`, exitCode: 2 });
}

const LONGEST_SHOWN = 80;

function shown(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
