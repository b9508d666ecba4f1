/** pg-boss on Postgres: batches with a result for each job, woken by NOTIFY. @module */

import type { OpenStore } from "./adapter.ts";
import { load } from "./load.ts";
import { connectionString, openPool } from "./postgres.ts";

interface Job {
  readonly id: string;
  readonly data: { readonly n: number };
}

interface Boss {
  on(event: "error", listener: (error: Error) => void): void;
  start(): Promise<unknown>;
  createQueue(name: string, options: object): Promise<void>;
  send(name: string, data: object, options: object): Promise<unknown>;
  insert(name: string, jobs: readonly object[]): Promise<unknown>;
  work(name: string, options: object, handler: (jobs: Job[]) => Promise<object[]>): Promise<string>;
  stop(options: object): Promise<void>;
}

interface PgBoss {
  readonly PgBoss: new (options: object) => Boss;
}

/** It fetches again at once while batches come full; both were the fastest of what was tried. */
const WORK = { batchSize: 500, perJobResults: true, burstWhenBatchFull: true, localConcurrency: 4 };
const QUEUE = { notify: true, retryLimit: 1, retryDelay: 0 };
const OPEN = `SELECT 1 FROM pgboss.job WHERE name = $1 AND state < 'active' AND start_after < now() + interval '1 hour'
  UNION ALL SELECT 1 FROM pgboss.job WHERE name = $1 AND state = 'active' LIMIT 1`;
const WAITING = "SELECT count(*)::int AS n FROM pgboss.job WHERE state < 'active' AND start_after <= now()";
const DONE = "SELECT count(*)::int AS n FROM pgboss.job WHERE state = 'completed' AND output IS NOT NULL";

/** Retries are due at once. */
export const open: OpenStore = async (place) => {
  const { PgBoss } = await load<PgBoss>(place.packages, "pg-boss");
  const boss = new PgBoss({ connectionString: connectionString(place), useListenNotify: true });
  boss.on("error", () => {});
  await boss.start();
  for (const kind of ["noop", "flaky", "lag", "hang"]) await boss.createQueue(kind, QUEUE);
  const pool = await openPool(place);
  return {
    async enqueue(kind, payloads, delayMs = 0) {
      const later = delayMs === 0 ? {} : { startAfter: new Date(Date.now() + delayMs) };
      if (payloads.length === 1) await boss.send(kind, { n: payloads[0] }, later);
      else await boss.insert(kind, payloads.map((n) => ({ data: { n }, ...later })));
    },
    worker(kind, handle) {
      return Promise.resolve({
        start: async () =>
          void await boss.work(kind, WORK, (jobs) => Promise.all(jobs.map((job) => settle(job, handle)))),
        stop: () => boss.stop({ graceful: false }),
      });
    },
    hasOpenJobs: async (kind) => (await pool.query(OPEN, [kind])).rows.length > 0,
    waitingCount: async () => Number((await pool.query(WAITING)).rows[0]!.n),
    doneCount: async () => Number((await pool.query(DONE)).rows[0]!.n),
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
};

async function settle({ id, data }: Job, handle: (payload: number) => unknown): Promise<object> {
  try {
    return { id, status: "completed", output: { value: await handle(data.n) } };
  } catch (error) {
    return { id, status: "failed", output: { message: (error as Error).message } };
  }
}
