/**
 * How fast a worker drains a queue: no-op jobs on sqlite, with results, through real executor processes.
 *
 *     deno run -A bench/drain.ts [--jobs 20000] [--executors 1] [--concurrency 10] [--full] [--failing] [--future 1000000]
 *       [--runs 5]
 *
 * `--full` makes every settle survive a power cut (synchronous FULL instead of NORMAL), `--failing` has every job fail
 * once and retry, `--future` adds so many jobs that are meant for tomorrow. `hostCpuUs` is the processor time of the
 * host's process for one job: on a machine that others use too it says more than the wall clock.
 * @module
 */

import process from "node:process";
import { parseArgs } from "@std/cli";
import { openSqlite, SqliteQueue, SqliteResults } from "../src/backends/mod.ts";
import { EventBus, type NewJob, systemClock } from "../src/core/mod.ts";
import { loadGraph, prepareGraph } from "../src/loader/mod.ts";
import { openRealm } from "../src/sandbox/mod.ts";
import { Worker } from "../src/worker/mod.ts";

const TASKS = `
import { jobContext, task } from "nuvom";
export const noop = task({ name: "noop" }, async (n) => n);
export const flaky = task({ name: "flaky" }, async (n) => {
  if (jobContext().attempt === 1) throw new Error("not yet");
  return n;
});
`;
const ENQUEUE_BATCH = 1_000;
const DAY_MS = 86_400_000;

interface Options {
  readonly jobs: number;
  readonly executors: number;
  readonly concurrency: number;
  readonly synchronous: "NORMAL" | "FULL";
  readonly failing: boolean;
  readonly future: number;
}

interface Figures {
  readonly enqueuePerSecond: number;
  readonly startMs: number;
  readonly drainPerSecond: number;
  readonly wrong: number;
  readonly hostCpuUs: number;
  readonly hostMiB: number;
}

function job(index: number, failing: boolean, delayMs = 0): NewJob {
  return {
    id: `${delayMs > 0 ? "future" : "bench"}-${String(index).padStart(8, "0")}`,
    task: failing ? "flaky" : "noop",
    args: `[${index}]`,
    queue: "default",
    priority: 0,
    delayMs,
    maxAttempts: failing ? 2 : 1,
    retryDelayMs: 0,
    timeoutMs: 60_000,
    timeoutPolicy: "retry",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
  };
}

async function enqueue(queue: SqliteQueue, count: number, make: (index: number) => NewJob): Promise<void> {
  for (let from = 0; from < count; from += ENQUEUE_BATCH) {
    await queue.enqueue(Array.from({ length: Math.min(ENQUEUE_BATCH, count - from) }, (_, i) => make(from + i)));
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

async function drain({ jobs, executors, concurrency, synchronous, failing, future }: Options): Promise<Figures> {
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

  await enqueue(queue, future, (index) => job(index, false, DAY_MS));
  const enqueued = performance.now();
  await enqueue(queue, jobs, (index) => job(index, failing));
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
  const cpuBefore = cpuUs();
  await worker.drained();
  const drained = performance.now();
  const hostCpuUs = Math.round((cpuUs() - cpuBefore) / jobs * 10) / 10;
  await worker.stop({ graceMs: 1_000 });
  const finished = await results.listJobs({ states: ["SUCCESS"], limit: jobs + 1 });
  return {
    enqueuePerSecond: Math.round(jobs / (opened - enqueued) * 1_000),
    startMs: Math.round(started - opened),
    drainPerSecond: Math.round(jobs / (drained - started) * 1_000),
    wrong: jobs - finished.filter(({ args, result }) => args === `[${result}]`).length,
    hostCpuUs,
    hostMiB: Math.round(Deno.memoryUsage().rss / 1024 / 1024),
  };
}

const flags = parseArgs(Deno.args, {
  string: ["jobs", "executors", "concurrency", "future", "runs"],
  boolean: ["full", "failing"],
  default: { jobs: "20000", executors: "1", concurrency: "10", future: "0", runs: "5" },
});
const options: Options = {
  jobs: Number(flags.jobs),
  executors: Number(flags.executors),
  concurrency: Number(flags.concurrency),
  synchronous: flags.full ? "FULL" : "NORMAL",
  failing: flags.failing === true,
  future: Number(flags.future),
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
