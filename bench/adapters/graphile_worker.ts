/** graphile-worker on Postgres: done jobs are deleted, results are not kept; with its batching or without. @module */

import { EventEmitter } from "node:events";
import type { OpenStore } from "./adapter.ts";
import { preciseNow } from "./handlers.ts";
import { load } from "./load.ts";
import { connectionString, openPool } from "./postgres.ts";

interface Utils {
  migrate(): Promise<void>;
  addJob(task: string, payload: unknown, spec: object): Promise<unknown>;
  addJobs(specs: readonly object[]): Promise<unknown>;
  release(): Promise<void>;
}

interface GraphileWorker {
  readonly Logger: new (factory: () => () => void) => object;
  makeWorkerUtils(options: object): Promise<Utils>;
  run(options: object): Promise<{ stop(): Promise<void> }>;
}

/** Of the page "Performance" of its documentation. */
const CONCURRENCY = { concurrentJobs: 24, maxPoolSize: 25 };
const BATCHING = { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 };
const MAX_ATTEMPTS = 2;
/** By the primary key: jobs for tomorrow are older than those that are due. */
const OPEN =
  "SELECT 1 FROM graphile_worker._private_jobs WHERE id >= $1 AND run_at < now() + interval '1 hour' LIMIT 1";
const FIRST_DUE = "SELECT min(id) AS id FROM graphile_worker._private_jobs WHERE run_at <= now()";
const WAITING = "SELECT count(*)::int AS n FROM graphile_worker._private_jobs WHERE run_at <= now()";

/** Variant `batching`: its local queue and batched completion. */
export const open: OpenStore = async (place) => {
  const { Logger, makeWorkerUtils, run } = await load<GraphileWorker>(place.packages, "graphile-worker");
  const logger = new Logger(() => () => {});
  const connection = { connectionString: connectionString(place), logger };
  const utils = await makeWorkerUtils(connection);
  await utils.migrate();
  const pool = await openPool(place);
  const firstDue = (await pool.query(FIRST_DUE)).rows[0]!.id ?? 0;
  const spec = (delayMs: number) => ({ maxAttempts: MAX_ATTEMPTS, runAt: new Date(Date.now() + delayMs) });
  return {
    async enqueue(kind, payloads, delayMs = 0) {
      if (payloads.length === 1) await utils.addJob(kind, { n: payloads[0] }, spec(delayMs));
      else await utils.addJobs(payloads.map((n) => ({ identifier: kind, payload: { n }, ...spec(delayMs) })));
    },
    worker(kind, handle) {
      let runner: { stop(): Promise<void> } | undefined;
      let startedAt = Infinity;
      return Promise.resolve({
        // It can't connect without beginning to work.
        async start() {
          const events = new EventEmitter();
          events.once("worker:create", () => startedAt = preciseNow());
          const preset = {
            worker: { ...connection, ...CONCURRENCY, ...(place.variant === "batching" ? BATCHING : {}), events },
          };
          runner = await run({
            preset,
            noHandleSignals: true,
            taskList: { [kind]: async ({ n }: { n: number }) => void await handle(n) },
          });
        },
        startedAt: () => startedAt,
        stop: async () => await runner?.stop(),
      });
    },
    hasOpenJobs: async () => (await pool.query(OPEN, [firstDue])).rows.length > 0,
    waitingCount: async () => Number((await pool.query(WAITING)).rows[0]!.n),
    doneCount: () => Promise.resolve(null),
    async close() {
      await utils.release();
      await pool.end();
    },
  };
};
