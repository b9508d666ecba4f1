/** From an order to a job: defaults filled in, everything checked. @module */

import {
  checkPriority,
  checkQueueName,
  checkTaskOptions,
  type EnqueueOrder,
  MAX_PAYLOAD,
  type NewJob,
  type TaskInfo,
  type TimeoutPolicy,
} from "../core/mod.ts";
import { monotonicUlid } from "@std/ulid";
import { orderInvalid } from "./errors.ts";

/** What counts where a task says nothing; durations in milliseconds. */
export interface JobDefaults {
  readonly jobTimeoutMs: number;
  readonly timeoutPolicy: TimeoutPolicy;
  readonly retryDelayMs: number;
}

const ID = /^[A-Za-z0-9_.:-]{1,200}$/;
const LONGEST_KEY = 500;
const LONGEST_DELAY_MS = 100 * 365 * 86_400_000;

/**
 * Orders may come from another process, so their shape is checked as well.
 * @throws {NuvomError} `NUVOM_ORDER_INVALID`, `NUVOM_TASK_OPTIONS`, `NUVOM_DURATION_INVALID`
 */
export function newJobs(orders: readonly EnqueueOrder[], defaults: JobDefaults): NewJob[] {
  if (!Array.isArray(orders)) throw orderInvalid("a list of orders", orders);
  const checked = new Map<unknown, TaskInfo>();
  return orders.map((order) => {
    if (typeof order !== "object" || order === null) throw orderInvalid("an order", order);
    let task = checked.get(order.task);
    if (task === undefined) checked.set(order.task, task = checkTask(order.task));
    return newJob(task, order, defaults);
  });
}

function newJob(task: TaskInfo, { args, overrides = {} }: EnqueueOrder, defaults: JobDefaults): NewJob {
  const { id = monotonicUlid(), queue, priority, delayMs = 0, uniqueKey = null, uniqueForMs = 0 } = overrides;
  if (typeof args !== "string" || args.length > MAX_PAYLOAD) throw orderInvalid("the arguments as JSON text", args);
  if (typeof id !== "string" || !ID.test(id)) {
    throw orderInvalid("an id of 1 to 200 letters, digits, _, -, . and :", id);
  }
  if (uniqueKey !== null && !isKey(uniqueKey)) {
    throw orderInvalid(`a unique key of 1 to ${LONGEST_KEY} characters without control characters`, uniqueKey);
  }
  return {
    id,
    task: task.name,
    args,
    queue: queue === undefined ? task.queue : checkQueueName(queue),
    priority: priority === undefined ? task.priority : checkPriority(priority, `a job of the task "${task.name}"`),
    delayMs: duration("a delay", delayMs),
    maxAttempts: task.retries + 1,
    retryDelayMs: task.retryDelayMs ?? defaults.retryDelayMs,
    timeoutMs: task.timeoutMs ?? defaults.jobTimeoutMs,
    timeoutPolicy: task.timeoutPolicy ?? defaults.timeoutPolicy,
    storeResult: task.storeResult,
    uniqueKey,
    uniqueForMs: duration("a time for the unique key", uniqueForMs),
  };
}

function checkTask(task: TaskInfo): TaskInfo {
  if (typeof task !== "object" || task === null) throw orderInvalid("a task", task);
  const { name, retries, retryDelayMs, timeoutMs, timeoutPolicy, queue, priority, storeResult } = task;
  return checkTaskOptions({
    name,
    retries,
    queue,
    priority,
    storeResult,
    ...(retryDelayMs === null ? {} : { retryDelay: retryDelayMs }),
    ...(timeoutMs === null ? {} : { timeout: timeoutMs }),
    ...(timeoutPolicy === null ? {} : { timeoutPolicy }),
  });
}

function isKey(value: unknown): value is string {
  // deno-lint-ignore no-control-regex -- stores may end a text at a NUL, and nobody means a line break
  return typeof value === "string" && value.length <= LONGEST_KEY && /^[^\x00-\x1f\x7f]+$/.test(value);
}

function duration(what: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= LONGEST_DELAY_MS) return Math.round(value);
  throw orderInvalid(`${what} from 0 to ${LONGEST_DELAY_MS} ms`, value);
}
