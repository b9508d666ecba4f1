/** Surroundings for tests of the sdk. @module */

import type { EnqueueOrder, PluginContext, WaitAnswer } from "../../core/mod.ts";
import { type JobContext, setAmbient } from "../ambient.ts";

/** What a test wants to see or to say. */
export interface Surroundings {
  /** Filled with every order. */
  readonly orders?: EnqueueOrder[];
  /** Counts calls of `enqueue`. */
  readonly calls?: { count: number };
  readonly wait?: (id: string, timeoutMs: number) => WaitAnswer | null;
  readonly job?: JobContext;
  readonly plugin?: PluginContext;
}

/** Runs `body` inside of surroundings, and takes them away again. */
export async function withAmbient(given: Surroundings, body: () => unknown): Promise<void> {
  let last = 0;
  setAmbient({
    enqueue(orders) {
      given.orders?.push(...orders);
      if (given.calls !== undefined) given.calls.count++;
      return Promise.resolve(orders.map(() => ({ id: `job-${++last}` })));
    },
    wait: (id, timeoutMs) => Promise.resolve(given.wait?.(id, timeoutMs) ?? null),
    job: () => given.job,
    plugin: () => given.plugin,
  });
  try {
    await body();
  } finally {
    setAmbient(undefined);
  }
}
