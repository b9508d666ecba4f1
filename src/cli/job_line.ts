/** A line of `nuvom enqueue --from`. @module */

import { didYouMean, type EnqueueOrder, parseDuration } from "../core/mod.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import { usage } from "./errors.ts";
import { jsonProblem } from "./json_place.ts";
import { taskNamed } from "./task_lookup.ts";

const KEYS = ["task", "args", "queue", "priority", "delay", "unique", "id"] as const;

/** @throws {NuvomError} `NUVOM_ENQUEUE_LINE`, `NUVOM_TASK_UNKNOWN`, `NUVOM_DURATION_INVALID` */
export function orderOfLine(text: string, tasks: readonly DiscoveredTask[]): EnqueueOrder {
  const line = parseObject(text);
  const unknown = Object.keys(line).find((key) => !(KEYS as readonly string[]).includes(key));
  if (unknown !== undefined) throw bad(`it has the key ${JSON.stringify(unknown)}`, didYouMean(unknown, KEYS, "key"));
  const { args = [], priority, delay } = line;
  if (!Array.isArray(args)) throw wrongType("args", args, "an array");
  if (priority !== undefined && typeof priority !== "number") throw wrongType("priority", priority, "a number");
  if (delay !== undefined && typeof delay !== "number" && typeof delay !== "string") {
    throw wrongType("delay", delay, 'a duration such as "10s"');
  }
  const task = textOf(line, "task");
  if (task === undefined) throw bad('it has no "task"', 'Write { "task": "NAME", "args": […] }.');
  return {
    task: taskNamed(task, tasks),
    args: JSON.stringify(args),
    overrides: {
      id: textOf(line, "id"),
      queue: textOf(line, "queue"),
      priority,
      delayMs: delay === undefined ? undefined : parseDuration(delay, '"delay"'),
      uniqueKey: textOf(line, "unique"),
    },
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The line is known already; what counts is the column.
    throw bad(`it is not JSON: ${jsonProblem(text, error as SyntaxError).replace("line 1, ", "")}`, "");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw bad("it is no JSON object", 'Write { "task": "NAME", "args": […] }.');
}

function textOf(line: Readonly<Record<string, unknown>>, key: (typeof KEYS)[number]): string | undefined {
  const value = line[key];
  if (value === undefined || (typeof value === "string" && value !== "")) return value;
  throw wrongType(key, value, "a text");
}

function wrongType(key: string, value: unknown, expected: string): Error {
  return bad(`its "${key}" is ${JSON.stringify(value)}`, `Write ${expected}.`);
}

function bad(reason: string, mend: string): Error {
  return usage("NUVOM_ENQUEUE_LINE", `The line can't be enqueued: ${reason}.`, mend);
}
