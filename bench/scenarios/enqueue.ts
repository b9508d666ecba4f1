/** A and B: how fast a producer that waits for every call adds jobs. @module */

import type { CountAnswer } from "../adapters/child.ts";
import { Stage } from "../harness/stage.ts";
import type { Context, Scenario, Sizes } from "./scenario.ts";

const BATCH = 500;

async function enqueue({ peer, packages }: Context, jobs: number, batch: number): Promise<number[]> {
  await using stage = await Stage.open(peer, packages);
  const { ms } = await stage.ask<{ ms: number }>({ name: "enqueue", kind: "noop", jobs, batch });
  const { waiting } = await stage.ask<CountAnswer>({ name: "count", kind: "noop" });
  if (waiting !== jobs) throw new Error(`${waiting} of ${jobs} jobs are in the store.`);
  return [jobs / ms * 1_000];
}

/** One job a call. */
export const enqueueOne: Scenario = {
  id: "A",
  title: ({ enqueueOne }: Sizes) => `enqueue ${enqueueOne.toLocaleString("en")} jobs one at a time`,
  figures: [{ name: "enqueued", unit: "jobs/s" }],
  measure: (context) => enqueue(context, context.sizes.enqueueOne, 1),
};

/** 500 jobs a call. */
export const enqueueMany: Scenario = {
  id: "B",
  title: ({ enqueueMany }: Sizes) => `enqueue ${enqueueMany.toLocaleString("en")} jobs in batches of ${BATCH}`,
  figures: [{ name: "enqueued", unit: "jobs/s" }],
  measure: (context) => enqueue(context, context.sizes.enqueueMany, BATCH),
};
