/** nuvom as a library: the client, and for the latency in one process the worker too. @module */

import { loadSettings, openEngine, type TaskInfo } from "../../mod.ts";
import type { Kind, OpenStore } from "./adapter.ts";
import { NuvomDatabase } from "./nuvom_database.ts";

/** The folder is a project, made by the harness. */
export const open: OpenStore = async ({ folder }) => {
  const engine = await openEngine({ settings: loadSettings({ cwd: folder, env: Deno.env.toObject() }) });
  const tasks = new Map<Kind, TaskInfo>();
  for (const task of await engine.tasks()) tasks.set(task.name as Kind, task);
  const client = await engine.client();
  const database = new NuvomDatabase(folder);
  return {
    async enqueue(kind, payloads, delayMs = 0) {
      const task = tasks.get(kind)!;
      await client.enqueue(payloads.map((payload) => ({ task, args: `[${payload}]`, overrides: { delayMs } })));
    },
    async worker(kind) {
      const worker = await engine.worker();
      return {
        start: () => worker.start(),
        stop: () => worker.stop({ graceMs: 1_000 }),
        results: () => Promise.resolve(database.results(kind)),
      };
    },
    async hasOpenJobs() {
      const rows = await client.stats();
      return rows.some(({ pending, running, retrying }) => pending + running + retrying > 0);
    },
    waitingCount: () => Promise.resolve(database.waitingCount()),
    doneCount: () => Promise.resolve(database.doneCount()),
    async close() {
      database.close();
      await engine.close();
    },
  };
};
