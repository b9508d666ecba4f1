/** Running a finished job again. @module */

import { retriedRecord, type RetryStatus } from "../../core/mod.ts";
import type { MemoryStore } from "./store.ts";

/** Makes one job ready again. */
export function retryOne(store: MemoryStore, id: string): RetryStatus {
  if (store.entries.has(id)) return "waiting";
  const job = store.finished.get(id);
  if (job === undefined) return "unknown";
  if (job.state === "SUCCESS") return "succeeded";
  return store.revive(retriedRecord(job, store.clock.now())) ? "retried" : "duplicate";
}
