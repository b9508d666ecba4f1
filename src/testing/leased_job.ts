/** A job for tests that don't care where it came from. @module */

import type { LeasedJob } from "../core/mod.ts";

/** A running job with every field. */
export function leasedJob(id: string, over: Partial<LeasedJob> = {}): LeasedJob {
  return {
    id,
    task: "t",
    args: "[]",
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: 1,
    retryDelayMs: 1_000,
    timeoutMs: 0,
    timeoutPolicy: "retry",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
    state: "RUNNING",
    createdAt: 0,
    runAt: 0,
    attempts: 1,
    losses: 0,
    startedAt: 0,
    finishedAt: null,
    workerId: "w",
    result: null,
    error: null,
    errors: [],
    token: `token-${id}`,
    leaseUntil: 0,
    ...over,
  };
}
