/**
 * The limit that the engine is measured against: the sqlite backend alone, in one process, without plugins, executors or
 * handlers. Its worker leases 100 jobs, settles them with a result each, and so on.
 * @module
 */

import { monotonicUlid } from "@std/ulid";
import { openSqlite, SqliteQueue } from "../../src/backends/mod.ts";
import type { NewJob } from "../../src/core/mod.ts";
import type { Kind, OpenStore } from "./adapter.ts";
import { NuvomDatabase } from "./nuvom_database.ts";

const BATCH = 100;
const LEASE = { leaseMs: 6_000, queues: null, waitMs: 0, workerId: "bare" };

/** Variant `FULL`: survives a power cut. */
export const open: OpenStore = ({ folder, variant }) => {
  const store = openSqlite({
    path: `${folder}/.nuvom/nuvom.db`,
    synchronous: variant === "FULL" ? "FULL" : "NORMAL",
  });
  const queue = new SqliteQueue(store);
  const database = new NuvomDatabase(folder);
  const hasOpenJobs = async () => {
    const rows = await queue.stats();
    return rows.some(({ pending, running, retrying }) => pending + running + retrying > 0);
  };
  return Promise.resolve({
    enqueue: async (kind, payloads, delayMs = 0) =>
      void await queue.enqueue(payloads.map((payload) => newJob(kind, payload, delayMs))),
    worker(_kind, handle) {
      let stopped = false;
      const run = async () => {
        while (!stopped) {
          const jobs = await queue.lease({ ...LEASE, limit: BATCH });
          if (jobs.length === 0) return;
          await queue.settle(
            jobs.map(({ id, token, args }) => ({
              id,
              token,
              action: "succeed",
              result: `${handle(JSON.parse(args)[0])}`,
            })),
          );
        }
      };
      return Promise.resolve({ start: run, stop: () => Promise.resolve(void (stopped = true)) });
    },
    hasOpenJobs,
    waitingCount: () => Promise.resolve(database.waitingCount()),
    doneCount: () => Promise.resolve(database.doneCount()),
    close() {
      database.close();
      store.close();
      return Promise.resolve();
    },
  });
};

function newJob(kind: Kind, payload: number, delayMs: number): NewJob {
  return {
    id: monotonicUlid(),
    task: kind,
    args: `[${payload}]`,
    queue: "default",
    priority: 0,
    delayMs,
    maxAttempts: 1,
    retryDelayMs: 5_000,
    timeoutMs: 60_000,
    timeoutPolicy: "retry",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
  };
}
