/** Queues that run finished jobs again wrongly. @module */

import { type JobRecord, retriedRecord } from "../../core/mod.ts";
import type { Mutant, Mutants, Whole } from "./mutant.ts";

/** Changes jobs as they are made ready again. */
function reviving(change: (job: JobRecord, whole: Whole) => JobRecord): Mutant {
  return (whole) => {
    if (whole.clients > 0) return;
    const revive = whole.store.revive.bind(whole.store);
    whole.store.revive = (record) => revive(change(record, whole));
  };
}

/** Mutants of `retry`. */
export const REDRIVE_MUTANTS: Mutants = {
  "a retry by hand gives no attempt more": [
    reviving((job) => ({ ...job, maxAttempts: job.attempts })),
    "retry() hands a failed job out again, with its errors and one more attempt",
    "retry() leaves attempts that a job still has",
  ],
  "a retry by hand adds an attempt always": [
    reviving((job) => ({ ...job, maxAttempts: job.maxAttempts + 1 })),
    "retry() leaves attempts that a job still has",
  ],
  "a retry by hand forgets the errors": [
    reviving((job) => ({ ...job, errors: [] })),
    "retry() hands a failed job out again, with its errors and one more attempt",
    "retry() gives a job that was lost too often all its losses back, and keeps why it ended",
  ],
  "a retry by hand begins at the first attempt": [
    reviving((job) => ({ ...job, attempts: 0 })),
    "retry() hands a failed job out again, with its errors and one more attempt",
  ],
  "losses are kept": [
    reviving((job) => ({ ...job, losses: 9 })),
    "retry() gives a job that was lost too often all its losses back, and keeps why it ended",
  ],
  "only failed jobs are retried": [
    ({ queue, store }) => {
      const { retry } = queue;
      queue.retry = (ids) => retry(ids.map((id) => store.finished.get(id)?.state === "CANCELLED" ? "unknown" : id));
    },
    "retry() hands out a job that was cancelled, and its cancel is forgotten",
  ],
  "the cancel of a job is kept": [
    ({ store, clients }) => {
      if (clients > 0) return;
      const revive = store.revive.bind(store);
      store.revive = (record) => {
        const revived = revive(record);
        if (record.maxAttempts > 0) store.entries.get(record.id)!.cancelRequested = true;
        return revived;
      };
    },
    "retry() hands out a job that was cancelled, and its cancel is forgotten",
  ],
  "what succeeded is retried too": [
    ({ queue, store, clock }) => {
      const { retry } = queue;
      queue.retry = (ids) => {
        for (const id of ids) {
          const job = store.finished.get(id);
          if (job?.state === "SUCCESS") store.revive(retriedRecord(job, clock.now()));
        }
        return retry(ids);
      };
    },
    "retry() answers for each id, in order, and touches no job that has not failed",
  ],
  "a retry by hand wakes nobody": [
    ({ queue, store }) => {
      const { retry } = queue;
      queue.retry = async (ids) => {
        const { ring } = store.wake;
        store.wake.ring = () => {};
        try {
          return await retry(ids);
        } finally {
          store.wake.ring = ring;
        }
      };
    },
    "retry() wakes a lease that waits",
  ],
  "a retry by hand holds no unique key": [
    ({ store, clients }) => {
      if (clients > 0) return;
      const revive = store.revive.bind(store);
      store.revive = (record) => {
        const revived = revive({ ...record, uniqueKey: null });
        store.entries.get(record.id)!.record = record;
        return revived;
      };
    },
    "retry() holds the unique key of its job again, unless another one holds it",
  ],
};
