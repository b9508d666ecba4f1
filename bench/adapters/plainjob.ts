/** plainjob on better-sqlite3: one job at a time, a handler's result is not kept, failed jobs are not retried. @module */

import type { OpenStore } from "./adapter.ts";
import { load } from "./load.ts";

interface Queue {
  add(type: string, data: unknown, options: { delay: number }): unknown;
  addMany(type: string, data: readonly unknown[], options: { delay: number }): unknown;
  countJobs(query: { status: number }): number;
  close(): void;
}

interface Plainjob {
  better(database: object): object;
  defineQueue(options: { connection: object; logger: object }): Queue;
  defineWorker(type: string, handler: (job: { data: string }) => Promise<void>, options: object): {
    start(): Promise<void>;
    stop(): Promise<void>;
  };
}

interface Statement {
  get(values: { readonly now: number; readonly type?: string }): { readonly n: number } | undefined;
}

interface BetterSqlite {
  readonly default: new (path: string) => { prepare(sql: string): Statement };
}

const DONE = 2;
/** Between two looks at an empty queue; its default of a second would be its latency. */
const POLL_MS = 10;
const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
const OPEN = `SELECT EXISTS (SELECT 1 FROM plainjob_jobs WHERE status = 1)
  OR EXISTS (SELECT 1 FROM plainjob_jobs WHERE status = 0 AND type = @type AND next_run_at <= @now) AS n`;
const WAITING = "SELECT count(*) AS n FROM plainjob_jobs WHERE status = 0 AND next_run_at <= @now";

/** It sets WAL and synchronous NORMAL by itself. */
export const open: OpenStore = async ({ folder, packages }) => {
  const { better, defineQueue, defineWorker } = await load<Plainjob>(packages, "plainjob");
  const { default: Database } = await load<BetterSqlite>(packages, "better-sqlite3");
  const database = new Database(`${folder}/plainjob.db`);
  const queue = defineQueue({ connection: better(database), logger: SILENT });
  const isOpen = database.prepare(OPEN);
  const waiting = database.prepare(WAITING);
  return {
    enqueue(kind, payloads, delay = 0) {
      if (payloads.length === 1) queue.add(kind, payloads[0], { delay });
      else queue.addMany(kind, payloads, { delay });
      return Promise.resolve();
    },
    worker(kind, handle) {
      const options = { queue, logger: SILENT, pollIntervall: POLL_MS };
      const worker = defineWorker(kind, async ({ data }) => void await handle(JSON.parse(data)), options);
      return Promise.resolve({ start: () => void worker.start(), stop: () => worker.stop() });
    },
    hasOpenJobs: (kind) => Promise.resolve(isOpen.get({ now: Date.now(), type: kind })!.n === 1),
    waitingCount: () => Promise.resolve(waiting.get({ now: Date.now() })!.n),
    doneCount: () => Promise.resolve(queue.countJobs({ status: DONE })),
    close: () => Promise.resolve(queue.close()),
  };
};
