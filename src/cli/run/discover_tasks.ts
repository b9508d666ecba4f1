/** `nuvom discover tasks` @module */

import type { Run } from "../command.ts";
import type { discoverTasks } from "../commands/discover_tasks.ts";
import { withEngine } from "../project.ts";
import { printTasks } from "../task_view.ts";

/** Discovers, and prints what was found. */
export const run: Run<typeof discoverTasks> = (context) =>
  withEngine(context, async (engine) => {
    printTasks(context, engine.manifest, await engine.discoverTasks());
    return 0;
  });
