/** Queues that cancel wrongly. @module */

import { inspecting, type Mutants } from "./mutant.ts";

/** Mutants of `cancel`. */
export const CANCEL_MUTANTS: Mutants = {
  "a job that waits is not cancelled": [
    ({ queue }) => {
      const { cancel, inspect } = queue;
      queue.cancel = async (ids) => {
        const waiting = (await inspect(ids)).map((job) => job?.state === "PENDING" || job?.state === "SCHEDULED");
        return (await Promise.all(ids.map((id, index) => waiting[index] ? ["cancelled" as const] : cancel([id]))))
          .flat();
      };
    },
    "cancel() ends a job that waits",
    "cancel() ends a job that waits for its time",
    "cancel() ends a job that waits for a retry",
    "inspect() shows as cancelled a job that was cancelled while it waited",
  ],
  "a cancelled job has no error": [
    inspecting((job) => job.state === "CANCELLED" ? { ...job, error: null } : job),
    "inspect() shows as cancelled a job that was cancelled while it waited",
    "inspect() shows as cancelled a job that was to be cancelled and would have come back",
  ],
  "a worker is not told of a cancel": [
    ({ queue }) => {
      const { renew } = queue;
      queue.renew = async (leases, leaseMs) => ({ ...await renew(leases, leaseMs), cancelled: [] });
    },
    "cancel() of a running job is told by every renew() until it is settled",
    "cancel() reaches a job that runs through another client",
  ],
  "a worker is told of a cancel once": [
    ({ queue, memory }) => {
      const { renew } = queue;
      queue.renew = async (leases, leaseMs) => {
        const report = await renew(leases, leaseMs);
        const cancelled = report.cancelled.filter((id) => !memory.has(id));
        for (const id of cancelled) memory.set(id, true);
        return { ...report, cancelled };
      };
    },
    "cancel() of a running job is told by every renew() until it is settled",
  ],
  "a cancelled job is told as a lost lease": [
    ({ queue }) => {
      const { renew } = queue;
      queue.renew = async (leases, leaseMs) => {
        const { lost, cancelled } = await renew(leases, leaseMs);
        return { lost: [...lost, ...cancelled], cancelled };
      };
    },
    "cancel() of a running job is told by every renew() until it is settled",
  ],
  "an unknown job is finished": [
    ({ queue }) => {
      const { cancel } = queue;
      queue.cancel = async (ids) => (await cancel(ids)).map((status) => status === "unknown" ? "finished" : status);
    },
    "cancel() answers for each id, in order",
  ],
  "a finished job is cancelled": [
    ({ queue, store }) => {
      const { cancel } = queue;
      queue.cancel = (ids) => {
        for (const id of ids) {
          const job = store.finished.get(id);
          if (job !== undefined) store.finished.set(id, { ...job, state: "CANCELLED", result: null });
        }
        return cancel(ids);
      };
    },
    "cancel() changes nothing of a finished job",
    "cancel() and settle() that race agree on the end",
  ],
  "a job that was to be cancelled ends as cancelled whatever it did": [
    (whole) => {
      if (whole.clients > 0) return;
      const put = whole.store.put.bind(whole.store);
      whole.store.put = (entry, job) => entry.cancelRequested ? whole.store.cancel(entry, job) : put(entry, job);
    },
    "a job that ends before it learns of its cancel ends as it did",
  ],
  "a job that was to be cancelled comes back": [
    (whole) => {
      if (whole.clients > 0) return;
      const put = whole.store.put.bind(whole.store);
      whole.store.put = (entry, job) => {
        entry.cancelRequested = false;
        put(entry, job);
      };
    },
    "a running job that was to be cancelled does not come back",
    "a running job that was to be cancelled does not come back when its worker is gone",
    "inspect() shows as cancelled a job that was to be cancelled and would have come back",
  ],
};
