/** The guest's side of an executor: imports the task modules and runs attempts of their tasks. @module */

import type { EnqueueOrder, WaitAnswer } from "../../core/mod.ts";
import { setAmbient } from "../../sdk/ambient.ts";
import type { DiscoveredTask, ExecutorCalls, ExecutorNotes } from "../protocol.ts";
import { AttemptQueue } from "./executor/attempt_queue.ts";
import { importTasks } from "./executor/import_tasks.ts";
import type { GuestPort, GuestRole } from "./role.ts";

/** How much longer than a wait itself its answer may take. */
const WAIT_MARGIN_MS = 10_000;

/** Makes the role of an executor. Sets the surroundings of the sdk, so it must be made before foreign code is imported. */
export function executorRole(port: GuestPort): GuestRole {
  let queue = new AttemptQueue(port, new Map(), 1);
  setAmbient({
    enqueue: async (orders: readonly EnqueueOrder[]) =>
      (await port.call<readonly string[]>("client.enqueue", orders)).map((id) => ({ id })),
    wait: (id, timeoutMs) => port.call<WaitAnswer | null>("client.wait", { id, timeoutMs }, timeoutMs + WAIT_MARGIN_MS),
    job: () => queue.current(),
    plugin: () => undefined,
  });

  async function load(params: ExecutorCalls["executor.load"]["params"]): Promise<DiscoveredTask[]> {
    const tasks = await importTasks(port, params.entries);
    queue = new AttemptQueue(port, tasks, params.concurrency);
    return [...tasks.values()].map(({ discovered }) => discovered);
  }

  return {
    calls: new Map<string, (params: never) => unknown>([
      ["executor.load", load],
      ["executor.drain", () => queue.drain()],
    ]),
    notes: new Map<string, (params: never) => void>([
      ["executor.run", (orders: ExecutorNotes["executor.run"]["params"]) => queue.run(orders)],
      ["executor.abort", (orders: ExecutorNotes["executor.abort"]["params"]) => queue.abort(orders)],
      ["executor.recalled", ({ recall }: ExecutorNotes["executor.recalled"]["params"]) => queue.recalled(recall)],
    ]),
  };
}
