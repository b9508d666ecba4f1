/**
 * How fast a worker drains a queue: no-op jobs on sqlite, with results, through real executor processes.
 *
 *     deno run -A bench/drain.ts [--jobs 20000] [--executors 1] [--concurrency 10] [--full] [--runs 5]
 *
 * `--full` makes every commit survive a power cut (synchronous FULL instead of NORMAL).
 * @module
 */

import { parseArgs } from "@std/cli";
import { openSqlite, SqliteQueue, SqliteResults } from "../src/backends/mod.ts";
import { EventBus, type NewJob, systemClock } from "../src/core/mod.ts";
import { loadGraph, prepareGraph } from "../src/loader/mod.ts";
import { openRealm } from "../src/sandbox/mod.ts";
import { Worker } from "../src/worker/mod.ts";

const TASKS = `import { task } from "nuvom";\nexport const noop = task({ name: "noop" }, async (n) => n);\n`;
const ENQUEUE_BATCH = 1_000;

interface Options {
  readonly jobs: number;
  readonly executors: number;
  readonly concurrency: number;
  readonly synchronous: "NORMAL" | "FULL";
}

interface Figures {
  readonly enqueuePerSecond: number;
  readonly startMs: number;
  readonly drainPerSecond: number;
  readonly wrong: number;
  readonly hostMiB: number;
}

function noop(index: number): NewJob {
  return {
    id: `bench-${String(index).padStart(8, "0")}`,
    task: "noop",
    args: `[${index}]`,
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: 1,
    retryDelayMs: 1_000,
    timeoutMs: 60_000,
    timeoutPolicy: "retry",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
  };
}

async function drain({ jobs, executors, concurrency, synchronous }: Options): Promise<Figures> {
  await using stack = new AsyncDisposableStack();
  const root = await Deno.makeTempDir({ prefix: "nuvom_bench_" });
  stack.defer(() => Deno.remove(root, { recursive: true }));
  await Deno.writeTextFile(`${root}/tasks.ts`, TASKS);
  const url = new URL(`file://${root}/tasks.ts`).href;
  const graph = await prepareGraph(await loadGraph([url], { root }));
  stack.defer(() => graph.dispose());
  const store = openSqlite({ path: `${root}/bench.db`, synchronous });
  stack.defer(() => store.close());
  const queue = new SqliteQueue(store);
  const results = new SqliteResults(store);

  const enqueued = performance.now();
  for (let from = 0; from < jobs; from += ENQUEUE_BATCH) {
    await queue.enqueue(Array.from({ length: Math.min(ENQUEUE_BATCH, jobs - from) }, (_, i) => noop(from + i)));
  }
  const opened = performance.now();
  const worker = new Worker({
    queue,
    results: null,
    bus: new EventBus(),
    clock: systemClock,
    entries: () => Promise.resolve([graph.entryRef(url)]),
    openExecutor: (host, index) => {
      const name = `executor-${index}`;
      return openRealm(
        { name, kind: "process", role: "executor", graph, grant: {}, env: {}, startTimeoutMs: 20_000 },
        host,
      );
    },
    options: {
      workerId: "bench",
      executors,
      concurrency,
      batchSize: 100,
      leaseMs: 6_000,
      timeoutGraceMs: 5_000,
      queues: null,
    },
  });
  await worker.start();
  const started = performance.now();
  await worker.drained();
  const drained = performance.now();
  await worker.stop({ graceMs: 1_000 });
  const finished = await results.listJobs({ states: ["SUCCESS"], limit: jobs + 1 });
  return {
    enqueuePerSecond: Math.round(jobs / (opened - enqueued) * 1_000),
    startMs: Math.round(started - opened),
    drainPerSecond: Math.round(jobs / (drained - started) * 1_000),
    wrong: jobs - finished.filter(({ args, result }) => args === `[${result}]`).length,
    hostMiB: Math.round(Deno.memoryUsage().rss / 1024 / 1024),
  };
}

const flags = parseArgs(Deno.args, {
  string: ["jobs", "executors", "concurrency", "runs"],
  boolean: ["full"],
  default: { jobs: "20000", executors: "1", concurrency: "10", runs: "5" },
});
const options: Options = {
  jobs: Number(flags.jobs),
  executors: Number(flags.executors),
  concurrency: Number(flags.concurrency),
  synchronous: flags.full ? "FULL" : "NORMAL",
};
console.log(JSON.stringify(options));
const runs: Figures[] = [];
for (let run = 0; run < Number(flags.runs); run++) {
  const figures = await drain(options);
  runs.push(figures);
  console.log(JSON.stringify(figures));
}
const speeds = runs.map(({ drainPerSecond }) => drainPerSecond).sort((a, b) => a - b);
console.log(`median ${speeds[speeds.length >> 1]} jobs/s, range ${speeds[0]} to ${speeds.at(-1)}`);
if (runs.some(({ wrong }) => wrong !== 0)) Deno.exit(1);
