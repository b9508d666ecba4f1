/**
 * How fast a worker drains a queue: no-op jobs on sqlite, with results, through real executor processes.
 *
 *     deno run -A bench/drain.ts [--jobs 20000] [--executors 1] [--concurrency 10] [--full] [--failing] [--future 1000000]
 *       [--runs 5] [--figures counted|scraped]
 *
 * `--full` makes every settle survive a power cut (synchronous FULL instead of NORMAL), `--failing` has every job fail
 * once and retry, `--future` adds so many jobs that are meant for tomorrow. `hostCpuUs` is the processor time of the
 * host's process for one job: on a machine that others use too it says more than the wall clock. `--figures` counts what
 * happens as an engine does, and with `scraped` has the plugin prometheus, in a realm of its own, scraped every second;
 * each run is then followed by one without figures, and the last line compares the two.
 * @module
 */

import process from "node:process";
import { parseArgs } from "@std/cli";
import { openSqlite, SqliteQueue, SqliteResults } from "../src/backends/mod.ts";
import { EventBus, type NewJob, systemClock } from "../src/core/mod.ts";
import { loadGraph, prepareGraph } from "../src/loader/mod.ts";
import { openRealm } from "../src/sandbox/mod.ts";
import { Metrics, queueFigures } from "../src/observe/mod.ts";
import { Worker } from "../src/worker/mod.ts";
import { ScrapedPlugin } from "./scraped_plugin.ts";

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
const SCRAPE_MS = 1_000;

interface Options {
  readonly jobs: number;
  readonly executors: number;
  readonly concurrency: number;
  readonly synchronous: "NORMAL" | "FULL";
  readonly failing: boolean;
  readonly future: number;
  readonly figures: "none" | "counted" | "scraped";
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

async function drain(
  { jobs, executors, concurrency, synchronous, failing, future, figures }: Options,
): Promise<Figures> {
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
  const bus = new EventBus();
  if (figures !== "none") await watch(bus, queue, figures === "scraped", stack);
  const worker = new Worker({
    queue,
    results: null,
    bus,
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

/** Until the end of the stack. */
async function watch(
  bus: EventBus,
  queue: SqliteQueue,
  isScraped: boolean,
  stack: AsyncDisposableStack,
): Promise<void> {
  const metrics = new Metrics(bus);
  metrics.addProvider("queue", async () => queueFigures(await queue.stats(), Date.now()));
  if (!isScraped) return;
  const plugin = stack.use(await ScrapedPlugin.start(() => metrics.snapshot()));
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => last = plugin.scrape(), SCRAPE_MS);
  stack.defer(async () => {
    clearInterval(timer);
    await last;
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function compare(withFigures: readonly Figures[], without: readonly Figures[]): string {
  const of = (runs: readonly Figures[], key: "drainPerSecond" | "hostCpuUs") => median(runs.map((run) => run[key]));
  const pair = (key: "drainPerSecond" | "hostCpuUs") => {
    const [counted, none] = [of(withFigures, key), of(without, key)];
    return `${counted} and ${none} (${((counted / none - 1) * 100).toFixed(1)} %)`;
  };
  return `with and without figures: ${pair("drainPerSecond")} jobs/s, ${pair("hostCpuUs")} µs of the host a job`;
}

const flags = parseArgs(Deno.args, {
  string: ["jobs", "executors", "concurrency", "future", "runs", "figures"],
  boolean: ["full", "failing"],
  default: { jobs: "20000", executors: "1", concurrency: "10", future: "0", runs: "5", figures: "none" },
});
const options: Options = {
  jobs: Number(flags.jobs),
  executors: Number(flags.executors),
  concurrency: Number(flags.concurrency),
  synchronous: flags.full ? "FULL" : "NORMAL",
  failing: flags.failing === true,
  future: Number(flags.future),
  figures: flags.figures as Options["figures"],
};
console.log(JSON.stringify(options));
const runs: Figures[] = [];
const bare: Figures[] = [];
for (let run = 0; run < Number(flags.runs); run++) {
  const figures = await drain(options);
  runs.push(figures);
  console.log(JSON.stringify(figures));
  // In turns, for the machine has others to serve.
  if (options.figures !== "none") bare.push(await drain({ ...options, figures: "none" }));
}
const speeds = runs.map(({ drainPerSecond }) => drainPerSecond).sort((a, b) => a - b);
console.log(`median ${speeds[speeds.length >> 1]} jobs/s, range ${speeds[0]} to ${speeds.at(-1)}`);
if (bare.length > 0) console.log(compare(runs, bare));
if (runs.some(({ wrong }) => wrong !== 0)) Deno.exit(1);
