/** `task()`: a named function that can run later, elsewhere. @module */

import {
  type BackoffFunction,
  checkKeys,
  checkTaskOptions,
  type Duration,
  type EnqueueOrder,
  parseDuration,
  type TaskInfo,
  type TaskOptions,
} from "../core/mod.ts";
import { ambient } from "./ambient.ts";
import { noHandler } from "./errors.ts";
import { JobHandle } from "./job_handle.ts";
import { argsToJson } from "./json.ts";

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

/** Where a task keeps what discovery needs; the same symbol in every copy of the sdk. */
export const TASK: unique symbol = Symbol.for("nuvom.task") as never;

/** What stands behind {@linkcode TASK}. */
export interface TaskInside {
  readonly info: TaskInfo;
  readonly handler: (...args: unknown[]) => unknown;
  /** The task's own backoff, where it is a function. */
  readonly backoff?: BackoffFunction;
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
export function task<A extends unknown[], R>(
  options: TaskOptions,
  handler: (...args: A) => R | Promise<R>,
): Task<A, R> {
  const info = checkTaskOptions(options);
  if (typeof handler !== "function") throw noHandler(info.name);
  const run = (...args: A) => handler(...args);
  const inside: TaskInside = {
    info,
    handler: handler as unknown as TaskInside["handler"],
    ...(typeof options.backoff === "function" ? { backoff: options.backoff } : {}),
  };
  return Object.assign(run, enqueuer<A, R>(info, {}), {
    taskName: info.name,
    with: (overrides: EnqueueOverrides) => enqueuer<A, R>(info, overrides),
    [TASK]: inside,
  });
}

function enqueuer<A extends unknown[], R>(info: TaskInfo, given: EnqueueOverrides): Enqueuer<A, R> {
  checkKeys(given, Object.keys(OVERRIDES), `with() of the task "${info.name}"`);
  const overrides = orderOverrides(given);
  const order = (args: A): EnqueueOrder => ({ task: info, args: argsToJson(info.name, args), overrides });
  return {
    async delay(...args) {
      const [added] = await ambient().enqueue([order(args)]);
      return new JobHandle<R>(added!.id);
    },
    async map(list) {
      const added = await ambient().enqueue(list.map(order));
      return added.map(({ id }) => new JobHandle<R>(id));
    },
  };
}

/** Every one, so that a misspelt one is found. */
const OVERRIDES: Readonly<Record<keyof EnqueueOverrides, true>> = {
  id: true,
  queue: true,
  priority: true,
  delay: true,
  unique: true,
  uniqueFor: true,
};

function orderOverrides(
  { id, queue, priority, delay, unique, uniqueFor }: EnqueueOverrides,
): EnqueueOrder["overrides"] {
  return {
    ...(id === undefined ? {} : { id }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority }),
    ...(delay === undefined ? {} : { delayMs: parseDuration(delay, "the delay") }),
    ...(unique === undefined ? {} : { uniqueKey: unique }),
    ...(uniqueFor === undefined ? {} : { uniqueForMs: parseDuration(uniqueFor, "uniqueFor") }),
  };
}
