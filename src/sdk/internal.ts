/** What the executor needs of a task; not part of what foreign code imports. @module */

import type { BackoffFunction, TaskInfo } from "../core/mod.ts";
import { TASK, type Task, type TaskInside } from "./task.ts";

/** Whether a value came out of `task()`. */
export function isTask(value: unknown): value is Task<unknown[], unknown> {
  return typeof value === "function" && TASK in value;
}

/** Its checked options. */
export function taskInfo(task: Task<unknown[], unknown>): TaskInfo {
  return inside(task).info;
}

/** The function that runs. */
export function taskHandler(task: Task<unknown[], unknown>): (...args: unknown[]) => unknown {
  return inside(task).handler;
}

/** Its own backoff, where that is a function. */
export function taskBackoff(task: Task<unknown[], unknown>): BackoffFunction | undefined {
  return inside(task).backoff;
}

function inside(task: Task<unknown[], unknown>): TaskInside {
  return (task as unknown as { [TASK]: TaskInside })[TASK];
}
