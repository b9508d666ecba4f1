/** Workers that are killed, stopped and abused for a while; then every job must have ended, and every run be explained. @module */

import { openSqlite, SqliteQueue } from "../../src/backends/mod.ts";
import { isFinished, type JobRecord, type NewJob, NuvomError } from "../../src/core/mod.ts";
import { SOAK_FILES, SOAK_TASKS } from "./project.ts";
import { SoakWorkers } from "./workers.ts";

/** How a soak is run. */
export interface SoakOptions {
  /** How long jobs come and workers are harmed, in milliseconds. */
  readonly ms: number;
  readonly jobsPerSecond: number;
  readonly workers: number;
  /** Pause between two harms, in milliseconds, on average. */
  readonly harmEveryMs: number;
  /** The program and its first arguments. */
  readonly command: readonly string[];
  /** Of the random numbers, so that a run can be had again, as far as the machine allows. */
  readonly seed: number;
  /** How long the last jobs may take when nothing is harmed any more. */
  readonly settleMs: number;
  readonly tell?: (line: string) => void;
}

/** What came of it. */
export interface SoakReport {
  readonly jobs: number;
  readonly kills: number;
  readonly stops: number;
  /** Runs of handlers. */
  readonly runs: number;
  /** Leases that ran out. */
  readonly expiredLeases: number;
  /** Runs beyond a job's attempts, by what explains them. */
  readonly doubleRuns: { readonly expiredLease: number; readonly endedExecutor: number };
  /** What must not be: empty after a good soak. */
  readonly wrong: readonly string[];
}

const TICK_MS = 250;
const INSPECT = 500;

/** Runs a soak in a folder of its own. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "nuvom_soak_" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/runs`);
  await Deno.mkdir(`${folder}/.nuvom`);
  for (const [path, text] of Object.entries(SOAK_FILES)) await Deno.writeTextFile(`${folder}/${path}`, text);
  const store = openSqlite({ path: `${folder}/.nuvom/nuvom.db`, synchronous: "NORMAL" });
  stack.defer(() => store.close());
  const queue = new SqliteQueue(store);
  const random = sequence(options.seed);
  const workers = new SoakWorkers(options.command, folder, random);
  stack.defer(() => workers.end());
  workers.start(options.workers);

  const ids: string[] = [];
  await Promise.all([feed(queue, ids, random, options), harm(workers, random, options)]);
  const records = await finished(queue, ids, options);
  await workers.end();
  const runs = await countRuns(`${folder}/runs`);
  return report(records, ids, runs, workers);
}

async function feed(queue: SqliteQueue, ids: string[], random: () => number, options: SoakOptions): Promise<void> {
  const { ms, jobsPerSecond, tell } = options;
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const jobs = Array.from(
      { length: Math.ceil(jobsPerSecond * TICK_MS / 1_000) },
      () => newJob(ids.length, random, ids),
    );
    await enqueue(queue, jobs);
    if (ids.length % 1_000 < jobs.length) tell?.(`${ids.length} jobs enqueued`);
    await pause(TICK_MS);
  }
}

/** A worker that is stopped in the middle of a transaction keeps the database locked until it goes on. */
async function enqueue(queue: SqliteQueue, jobs: readonly NewJob[]): Promise<void> {
  while (true) {
    try {
      await queue.enqueue(jobs);
      return;
    } catch (error) {
      if (!(error instanceof NuvomError) || error.code !== "NUVOM_SQLITE_LOCKED") throw error;
      // The call has blocked this process: the timer that lets the worker go on must have its turn.
      await pause(0);
    }
  }
}

async function harm(workers: SoakWorkers, random: () => number, { ms, harmEveryMs }: SoakOptions): Promise<void> {
  const until = performance.now() + ms;
  const underWay: Promise<void>[] = [];
  while (performance.now() < until) {
    await pause(Math.min(harmEveryMs * 2 * random(), until - performance.now()));
    underWay.push(workers.harm());
  }
  await Promise.all(underWay);
}

/** Waits until every job has ended, or the time is over. */
async function finished(queue: SqliteQueue, ids: readonly string[], { settleMs, tell }: SoakOptions) {
  const until = performance.now() + settleMs;
  while (true) {
    const records: (JobRecord | null)[] = [];
    for (let from = 0; from < ids.length; from += INSPECT) {
      records.push(...await queue.inspect(ids.slice(from, from + INSPECT)));
    }
    const left = records.filter((record) => record !== null && !isFinished(record)).length;
    tell?.(`${left} of ${ids.length} jobs are left`);
    if (left === 0 || performance.now() > until) return records;
    await pause(1_000);
  }
}

/** How often each job was begun: the handlers wrote it down. */
async function countRuns(folder: string): Promise<Map<string, number>> {
  const runs = new Map<string, number>();
  for await (const { name } of Deno.readDir(folder)) {
    for (const id of (await Deno.readTextFile(`${folder}/${name}`)).split("\n")) {
      if (id !== "") runs.set(id, (runs.get(id) ?? 0) + 1);
    }
  }
  return runs;
}

function report(
  records: readonly (JobRecord | null)[],
  ids: readonly string[],
  runs: ReadonlyMap<string, number>,
  { counts, executorEnds }: SoakWorkers,
): SoakReport {
  const wrong: string[] = [];
  const doubleRuns = { expiredLease: 0, endedExecutor: 0 };
  let expiredLeases = 0;
  records.forEach((record, i) => {
    if (record === null) return void wrong.push(`${ids[i]} is lost`);
    const { id, task, state, attempts, losses, error } = record;
    if (!SOAK_TASKS[task]!.ends.includes(state as never)) wrong.push(`${id} (${task}) is ${state}: ${error?.message}`);
    const ran = runs.get(id) ?? 0;
    if (ran === 0) wrong.push(`${id} (${task}) is ${state} and never ran`);
    expiredLeases += losses;
    const extra = Math.max(0, ran - attempts);
    const byLease = Math.min(extra, losses);
    const byExecutor = Math.min(extra - byLease, executorEnds.get(id) ?? 0);
    doubleRuns.expiredLease += byLease;
    doubleRuns.endedExecutor += byExecutor;
    if (extra > byLease + byExecutor) {
      wrong.push(`${id} (${task}) ran ${ran} times in ${attempts} attempts, ${losses} losses`);
    }
  });
  const total = [...runs.values()].reduce((sum, count) => sum + count, 0);
  return { jobs: ids.length, ...counts, runs: total, expiredLeases, doubleRuns, wrong };
}

function newJob(index: number, random: () => number, ids: string[]): NewJob {
  const task = taskAt(random() * 100);
  const id = `soak-${String(index).padStart(7, "0")}-${crypto.randomUUID().slice(0, 8)}`;
  ids.push(id);
  const retries = { flaky: 20, failing: 1 }[task] ?? 0;
  return {
    id,
    task,
    args: `[${index}]`,
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: retries + 1,
    retryDelayMs: 50,
    timeoutMs: task === "loop" ? 1_000 : 60_000,
    timeoutPolicy: "fail",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
  };
}

function taskAt(point: number): string {
  for (const [name, { share }] of Object.entries(SOAK_TASKS)) if ((point -= share) < 0) return name;
  return "quick";
}

/** Numbers from 0 to 1. */
function sequence(seed: number): () => number {
  let state = seed % 2_147_483_646 + 1;
  return () => (state = state * 48_271 % 2_147_483_647) / 2_147_483_647;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
