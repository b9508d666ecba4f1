/** `nuvom list tasks` @module */

import type { Run } from "../command.ts";
import type { listTasks } from "../commands/list_tasks.ts";
import { withEngine } from "../project.ts";
import { printTasks } from "../task_view.ts";

/** Prints the tasks of the last discovery. */
export const run: Run<typeof listTasks> = (context) =>
  withEngine(context, async (engine) => {
    printTasks(context, engine.manifest, await engine.tasks());
    return 0;
  });
