/** Finds the task that a command names. @module */

import { didYouMean } from "../core/mod.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import { problem } from "./errors.ts";

/** @throws {NuvomError} `NUVOM_TASK_UNKNOWN` */
export function taskNamed(name: string, tasks: readonly DiscoveredTask[]): DiscoveredTask {
  const task = tasks.find((task) => task.name === name);
  if (task !== undefined) return task;
  const known = tasks.map(({ name }) => name);
  const mend = known.length === 0
    ? "The project has none: name its task modules under [tasks] of the manifest, then see `nuvom discover tasks`."
    : `${didYouMean(name, known, "task")} See \`nuvom list tasks\`.`;
  throw problem("NUVOM_TASK_UNKNOWN", 4, `There is no task ${JSON.stringify(name)}.`, mend);
}
