/** C, D, G and H: how fast workers empty a queue that was filled before. @module */

import type { Kind } from "../adapters/adapter.ts";
import type { CountAnswer } from "../adapters/child.ts";
import { Stage } from "../harness/stage.ts";
import { startWorkers } from "../harness/worker.ts";
import type { Context, Scenario, Sizes } from "./scenario.ts";

/** Batches that fill the queue. */
const BATCH = 500;
/** Filling their stores with a million jobs takes a minute. */
const ONCE = 1;
const DAY_MS = 86_400_000;

interface Drain {
  readonly kind?: Kind;
  readonly jobs: number;
  readonly workers?: number;
  /** Jobs for tomorrow that lie in the queue. */
  readonly future?: number;
}

async function drain({ peer, packages }: Context, load: Drain): Promise<number[]> {
  const { kind = "noop", jobs, workers = 1, future = 0 } = load;
  await using stage = future === 0 ? await Stage.open(peer, packages) : await Stage.openPrepared(peer, packages, {
    name: "enqueue",
    kind: "noop",
    jobs: future,
    batch: BATCH,
    delayMs: DAY_MS,
  });
  await stage.ask({ name: "enqueue", kind, jobs, batch: BATCH });
  await using stack = new AsyncDisposableStack();
  const started = await startWorkers(stage, workers, { kind, jobs, serve: false });
  for (const worker of started) stack.use(worker);
  await Promise.all(started.map((worker) => worker.go()));
  const answers = await Promise.all(started.map((worker) => worker.answer()));
  const { done, waiting, open } = await stage.ask<CountAnswer>({ name: "count", kind });
  if (open || waiting > 0 || (done !== null && done !== jobs)) throw new Error(`${done} of ${jobs} jobs are done.`);
  const startedAt = Math.min(...answers.map((answer) => answer.startedAt));
  // Each of them saw that nothing is left.
  const endedAt = Math.min(...answers.map((answer) => answer.endedAt));
  return [jobs / (endedAt - startedAt) * 1_000];
}

function scenario(
  id: string,
  title: (sizes: Sizes) => string,
  load: (sizes: Sizes) => Drain,
  peerRuns = Infinity,
): Scenario {
  return {
    id,
    peerRuns,
    title,
    figures: [{ name: "done", unit: "jobs/s" }],
    measure: (context) => drain(context, load(context.sizes)),
  };
}

const count = (jobs: number) => jobs.toLocaleString("en");

/** In the order of the tables. */
export const DRAINS: readonly Scenario[] = [
  scenario("C1", ({ drain }) => `drain ${count(drain)} jobs`, ({ drain }) => ({ jobs: drain })),
  scenario("C2", ({ drainLarge }) => `drain ${count(drainLarge)} jobs`, ({ drainLarge }) => ({ jobs: drainLarge })),
  scenario(
    "D",
    ({ retries }) => `drain ${count(retries)} jobs that fail once and are retried`,
    ({ retries }) => ({ kind: "flaky", jobs: retries }),
  ),
  scenario(
    "G",
    ({ drainTogether }) => `drain ${count(drainTogether)} jobs with two workers`,
    ({ drainTogether }) => ({ jobs: drainTogether, workers: 2 }),
  ),
  scenario(
    "H1",
    ({ drain, future }) => `drain ${count(drain)} jobs while ${count(future)} wait for tomorrow`,
    ({ drain, future }) => ({ jobs: drain, future }),
    ONCE,
  ),
  scenario(
    "H2",
    ({ drainLarge, future }) => `drain ${count(drainLarge)} jobs while ${count(future)} wait for tomorrow`,
    ({ drainLarge, future }) => ({ jobs: drainLarge, future }),
  ),
];
