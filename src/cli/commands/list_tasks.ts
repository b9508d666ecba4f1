/** The record of `nuvom list tasks`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/list_tasks.ts`. */
export const listTasks = {
  path: "list tasks",
  group: "Tasks",
  summary: "List the tasks of the project",
  description: [
    "From what the last discovery found; the task modules are imported again only when one of their files has changed.",
  ],
  positionals: [],
  options: { ...CODE_OPTIONS },
  examples: [{ line: "nuvom list tasks", doc: "Names, options and files." }],
} as const satisfies CommandRecord;
