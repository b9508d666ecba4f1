/** A job for tests. @module */

import type { NewJob } from "../core/mod.ts";
import { randomName } from "./harness.ts";

/** A job that may run at once, with an id of its own. */
export function newJob(overrides: Partial<NewJob> = {}): NewJob {
  return {
    id: randomName("job"),
    task: "conformance",
    args: "[]",
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: 3,
    retryDelayMs: 1_000,
    timeoutMs: 0,
    timeoutPolicy: "retry",
    storeResult: true,
    uniqueKey: null,
    uniqueForMs: 0,
    ...overrides,
  };
}
