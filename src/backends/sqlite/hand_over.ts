/** A new job that is leased as it is added, for a lease that waits in the same process. @module */

import { type LeasedJob, leasedRecord, type LeaseRequest, type NewJob, newRecord } from "../../core/mod.ts";
import { newLease, nextDue } from "./lease.ts";
import { INSERT_LEASED, insertLeasedValues, toToken } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

const MUST_WAIT = `SELECT EXISTS (SELECT 1 FROM jobs WHERE state = ${STATE.pending})
  OR EXISTS (SELECT 1 FROM paused_queues WHERE name = ?) AS wait`;

/** Whether the job would be handed out at once: nothing else is ready, and its queue is wanted and not paused. */
export function isNext(store: SqliteStore, job: NewJob, { queues }: LeaseRequest, now: number): boolean {
  if (job.delayMs > 0 || queues !== null && !queues.includes(job.queue) || nextDue(store) <= now) return false;
  return store.get<{ wait: number }>(MUST_WAIT, job.queue)!.wait === 0;
}

/** Inside of a transaction. Null when its id is there. */
export function addLeased(store: SqliteStore, job: NewJob, request: LeaseRequest, now: number): LeasedJob | null {
  const lease = newLease(store, request, now);
  const row = store.get<{ seq: number }>(INSERT_LEASED, ...insertLeasedValues(job, request, lease, now));
  if (row === undefined) return null;
  return leasedRecord(newRecord(job, now), request, toToken(row.seq, lease), now);
}
