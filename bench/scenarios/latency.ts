/** E: from the call that enqueues a job to its handler, 200 jobs a second. @module */

import { Stage } from "../harness/stage.ts";
import { startWorker } from "../harness/worker.ts";
import { quantile } from "../report/summary.ts";
import type { Context, Figure, Scenario } from "./scenario.ts";

const PER_SECOND = 200;
/** What runs for the first time is slow, and is left out. */
const WARM_UP = PER_SECOND;
const FIGURES: readonly Figure[] = [{ name: "p50", unit: "ms" }, { name: "p99", unit: "ms" }];

function figures(lags: readonly number[], jobs: number): number[] {
  if (lags.length !== jobs) throw new Error(`${lags.length} of ${jobs} jobs told their latency.`);
  const counted = lags.slice(WARM_UP);
  return [quantile(counted, 0.5), quantile(counted, 0.99)];
}

async function sameProcess({ peer, packages, sizes }: Context): Promise<number[]> {
  const jobs = WARM_UP + sizes.latencySeconds * PER_SECOND;
  await using stage = await Stage.open(peer, packages);
  const command = { name: "produce", jobs, perSecond: PER_SECOND, serve: true } as const;
  const { results } = await stage.ask<{ results: readonly number[] }>(command);
  return figures(results, jobs);
}

async function otherProcess({ peer, packages, sizes }: Context): Promise<number[]> {
  const jobs = WARM_UP + sizes.latencySeconds * PER_SECOND;
  await using stage = await Stage.open(peer, packages);
  await using worker = await startWorker(stage, { kind: "lag", jobs, serve: true });
  await stage.ask({ name: "produce", jobs, perSecond: PER_SECOND, serve: false });
  const { results } = await worker.answer();
  return figures(results, jobs);
}

/** Client and worker in one process. */
export const latencySameProcess: Scenario = {
  id: "E1",
  title: () => `pickup latency at ${PER_SECOND} jobs/s, client and worker in one process`,
  figures: FIGURES,
  measure: sameProcess,
};

/** A client in a process of its own. */
export const latencyOtherProcess: Scenario = {
  id: "E2",
  title: () => `pickup latency at ${PER_SECOND} jobs/s, client and worker in two processes`,
  figures: FIGURES,
  measure: otherProcess,
};
