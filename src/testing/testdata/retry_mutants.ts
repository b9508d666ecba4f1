/** Queues that bring jobs back wrongly. @module */

import { type Mutants, returning, settling } from "./mutant.ts";

/** Mutants of what comes back. */
export const RETRY_MUTANTS: Mutants = {
  "retries have no delay": [
    settling((settlement) => settlement.action === "retry" ? { ...settlement, delayMs: 0 } : settlement),
    "a retried job comes back after its delay, and not before",
    "jobs that come back later don't hold up others",
  ],
  "a retry refunds the attempt": [
    returning((job, before) => job.state === "PENDING" && before.state === "RUNNING" ? { ...job, attempts: 0 } : job),
    "a retried job comes back at once without a delay",
  ],
  "a snooze costs the attempt": [
    returning((job, before) => job.state === "SCHEDULED" ? { ...job, attempts: before.attempts } : job),
    "a snoozed job comes back after its delay, with its attempt refunded",
  ],
  "snoozes have no delay": [
    settling((settlement) => settlement.action === "snooze" ? { ...settlement, delayMs: 0 } : settlement),
    "a snoozed job comes back after its delay, with its attempt refunded",
  ],
  "a release costs the attempt": [
    returning((job, before) => job.state === "PENDING" ? { ...job, attempts: before.attempts } : job),
    "a released job comes back at once, with its attempt refunded",
    "a job that comes back keeps what it was enqueued with",
  ],
  "a released job comes back a little later": [
    settling((settlement) =>
      settlement.action === "release" ? { ...settlement, action: "snooze", delayMs: 50 } : settlement
    ),
    "a released job comes back at once, with its attempt refunded",
  ],
  "a job that waits for its retry blocks its queue": [
    ({ queue, store }) => {
      const { lease } = queue;
      queue.lease = (request) => {
        const blocked = [...store.entries.values()].some(({ backingOff, record }) =>
          backingOff && record.state === "SCHEDULED"
        );
        return blocked ? Promise.resolve([]) : lease(request);
      };
    },
    "jobs that come back later don't hold up others",
  ],
};
