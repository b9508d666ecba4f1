/** nuvom as a library: the client, and for the latency in one process the worker too. @module */

import { loadSettings, openEngine, type TaskInfo } from "../../mod.ts";
import type { Kind, OpenStore } from "./adapter.ts";
import { openNuvomStore } from "./nuvom_store.ts";

/** The folder is a project, made by the harness. */
export const open: OpenStore = async ({ folder, port, variant }) => {
  const engine = await openEngine({ settings: loadSettings({ cwd: folder, env: Deno.env.toObject() }) });
  const tasks = new Map<Kind, TaskInfo>();
  for (const task of await engine.tasks()) tasks.set(task.name as Kind, task);
  const client = await engine.client();
  const store = openNuvomStore({ folder, port, variant });
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
        results: async () => await store.results(kind),
      };
    },
    async hasOpenJobs() {
      const rows = await client.stats();
      return rows.some(({ pending, running, retrying }) => pending + running + retrying > 0);
    },
    waitingCount: async () => await store.waitingCount(),
    doneCount: async () => await store.doneCount(),
    async close() {
      await store.close();
      await engine.close();
    },
  };
};
