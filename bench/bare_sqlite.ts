/**
 * The limit that the engine is measured against: the SQLite backend alone, without a worker. Insert in batches of 500,
 * then lease 100 and settle 100 with results until all are done. `deno run -A bench/bare_sqlite.ts [JOBS …]`
 * @module
 */

import { openSqlite, SqliteQueue } from "../src/backends/mod.ts";
import type { NewJob } from "../src/core/mod.ts";
import { monotonicUlid } from "@std/ulid";

const FUTURE = 1_000_000;

function job(delayMs = 0): NewJob {
  return {
    id: monotonicUlid(),
    task: "noop",
    args: "[1,2]",
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

async function insert(queue: SqliteQueue, count: number, delayMs: number): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < count; i += 500) {
    await queue.enqueue(Array.from({ length: Math.min(500, count - i) }, () => job(delayMs)));
  }
  return count / (performance.now() - started) * 1_000;
}

async function drain(queue: SqliteQueue, count: number): Promise<number> {
  const started = performance.now();
  for (let done = 0; done < count;) {
    const jobs = await queue.lease({ limit: 100, leaseMs: 6_000, queues: null, waitMs: 0, workerId: "bench" });
    await queue.settle(jobs.map(({ id, token }) => ({ id, token, action: "succeed", result: "3" })));
    done += jobs.length;
  }
  return count / (performance.now() - started) * 1_000;
}

console.log("| jobs | synchronous | future jobs | insert 500 a batch | lease 100 + settle 100 |");
console.log("|---|---|---|---|---|");
const counts = Deno.args.length > 0 ? Deno.args.map(Number) : [20_000, 200_000];
for (const synchronous of ["NORMAL", "FULL"] as const) {
  for (const future of synchronous === "NORMAL" ? [0, FUTURE] : [0]) {
    for (const count of counts) {
      const folder = await Deno.makeTempDir();
      const store = openSqlite({ path: `${folder}/bench.db`, synchronous });
      const queue = new SqliteQueue(store);
      if (future > 0) await insert(queue, future, 86_400_000);
      const inserted = await insert(queue, count, 0);
      const drained = await drain(queue, count);
      store.close();
      await Deno.remove(folder, { recursive: true });
      console.log(`| ${count} | ${synchronous} | ${future} | ${Math.round(inserted)}/s | ${Math.round(drained)}/s |`);
    }
  }
}
