/** Finds the tasks that modules export. @module */

import type { BackoffFunction } from "../../../core/mod.ts";
import type { DiscoveredTask, EntryRef } from "../../protocol.ts";
import { isTask, taskBackoff, taskHandler, taskInfo } from "../../../sdk/internal.ts";
import type { GuestPort } from "../role.ts";
import { taskDuplicate, taskModuleFailed } from "./errors.ts";

/** A task and what it runs. */
export interface LoadedTask {
  readonly discovered: DiscoveredTask;
  readonly handler: (...args: unknown[]) => unknown;
  /** The task's own backoff, where it is a function. */
  readonly backoff: BackoffFunction | undefined;
}

/**
 * Imports the modules in order. A task that is exported again by another module, or under a second name, is found once.
 *
 * @throws {NuvomError} `NUVOM_TASK_MODULE`, `NUVOM_TASK_DUPLICATE`
 */
export async function importTasks(port: GuestPort, entries: readonly EntryRef[]): Promise<Map<string, LoadedTask>> {
  const tasks = new Map<string, LoadedTask>();
  const seen = new Set<unknown>();
  for (const entry of entries) {
    for (const [exportName, value] of Object.entries(await importEntry(port, entry))) {
      if (!isTask(value) || seen.has(value)) continue;
      seen.add(value);
      const discovered: DiscoveredTask = { ...taskInfo(value), source: entry.source, exportName };
      const first = tasks.get(discovered.name);
      if (first !== undefined) throw taskDuplicate(discovered.name, first.discovered.source, entry.source);
      tasks.set(discovered.name, { discovered, handler: taskHandler(value), backoff: taskBackoff(value) });
    }
  }
  return tasks;
}

async function importEntry(port: GuestPort, entry: EntryRef): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await port.importModule(entry.file);
  } catch (error) {
    throw taskModuleFailed(entry.source, error);
  }
}
