/** nuvom with its plugin `redis`: the client as a library, the plugin in a realm of its own as users have it. */

import { loadSettings, openEngine, type TaskInfo } from "../../mod.ts";
import type { Kind, OpenStore } from "./adapter.ts";
import { RedisView } from "./redis_view.ts";

/** The folder is a project, made by the harness. */
export const open: OpenStore = async ({ folder, port }) => {
  const engine = await openEngine({ settings: loadSettings({ cwd: folder, env: Deno.env.toObject() }) });
  const tasks = new Map<Kind, TaskInfo>();
  for (const task of await engine.tasks()) tasks.set(task.name as Kind, task);
  const client = await engine.client();
  const view = await RedisView.open(port!);
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
        results: () => view.results(kind),
      };
    },
    async hasOpenJobs() {
      const rows = await client.stats();
      return rows.some(({ pending, running, retrying }) => pending + running + retrying > 0);
    },
    waitingCount: () => view.waitingCount(),
    doneCount: () => view.doneCount(),
    async close() {
      view.close();
      await engine.close();
    },
  };
};
