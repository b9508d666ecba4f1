/** Queues that renew and rescue wrongly. @module */

import type { LeasedJob } from "../../core/mod.ts";
import { asking, type Mutants, noting, returning } from "./mutant.ts";

const leaseOf = (job: { readonly id: string }) => `lease of ${job.id}`;

/** Mutants of leases that run out. */
export const CRASH_MUTANTS: Mutants = {
  "a lease never runs out": [
    ({ store }) => store.holdUntil = (entry) => entry.place = null,
    "lease() hands out a job again when its lease ran out, and not before",
    "lease() hands out again all jobs of a worker that is gone",
    "a lost job keeps the errors of its attempts",
    "a job that was leased is handed out again after the client is gone",
  ],
  "a lease runs out too soon": [
    asking((request) => ({ ...request, leaseMs: request.leaseMs / 2 })),
    "lease() hands out a job again when its lease ran out, and not before",
  ],
  "a lost lease costs the attempt": [
    returning((job, before) => job.losses > before.losses ? { ...job, attempts: before.attempts } : job),
    "lease() hands out a job again when its lease ran out, and not before",
  ],
  "losses are not counted": [
    returning((job) => ({ ...job, losses: 0 })),
    "lease() hands out a job again when its lease ran out, and not before",
    "lease() ends a job for good that was lost too often",
    "inspect() shows as failed a job that was lost too often",
  ],
  "a job that was lost too often is forgotten": [
    returning((job) => {
      return job.losses < 10 ? job : { ...job, state: "SUCCESS", error: null };
    }),
    "inspect() shows as failed a job that was lost too often",
  ],
  "a lost job forgets its errors": [
    returning((job, before) => job.losses > before.losses ? { ...job, errors: [] } : job),
    "a lost job keeps the errors of its attempts",
  ],
  "of a batch that is lost one job comes back": [
    noting((job, { store }, batch) => {
      if (job !== batch[0]) store.entries.get(job.id)!.place = null;
    }),
    "lease() hands out again all jobs of a worker that is gone",
  ],
  "renew does nothing": [
    ({ queue }) => queue.renew = () => Promise.resolve({ lost: [], cancelled: [] }),
    "renew() keeps a job from being handed out",
    "renew() answers which leases are lost, and no other",
  ],
  "a renewed lease runs out all the same": [
    ({ queue, store }) => {
      const { renew } = queue;
      queue.renew = (leases, leaseMs) => {
        const extend = store.extend;
        store.extend = () => {};
        const report = renew(leases, leaseMs);
        store.extend = extend;
        return report;
      };
    },
    "renew() keeps a job from being handed out",
    "renew() keeps only the jobs that it is asked for",
  ],
  "a renewed lease has another token": [
    (whole) => {
      const { renew } = whole.queue;
      whole.queue.renew = async (leases, leaseMs) => {
        const report = await renew(leases, leaseMs);
        for (const { id } of leases) {
          const entry = whole.store.entries.get(id);
          if (entry?.record.state === "RUNNING") {
            entry.record = { ...entry.record, token: `${(entry.record as LeasedJob).token}+` } as LeasedJob;
          }
        }
        return report;
      };
    },
    "renew() keeps the token valid",
  ],
  "renewing one job renews its whole batch": [
    (whole) => {
      noting((job, { memory }, batch) => memory.set(leaseOf(job), batch))(whole);
      const { renew } = whole.queue;
      whole.queue.renew = (leases, leaseMs) => {
        for (const lease of leases) {
          const batch = (whole.memory.get(leaseOf(lease)) ?? []) as readonly LeasedJob[];
          void renew(batch, leaseMs);
        }
        return renew(leases, leaseMs);
      };
    },
    "renew() keeps only the jobs that it is asked for",
  ],
  "renew reports live leases as lost": [
    ({ queue }) => {
      const { renew } = queue;
      queue.renew = async (leases, leaseMs) => ({ ...await renew(leases, leaseMs), lost: leases.map(({ id }) => id) });
    },
    "renew() keeps the token valid",
    "renew() answers which leases are lost, and no other",
  ],
  "renew of a late lease says it is saved, and hands the job out": [
    ({ queue, store, clock }) => {
      const { renew } = queue;
      queue.renew = async (leases, leaseMs) => {
        const late = leases.some(({ id }) => (store.entries.get(id)?.record as LeasedJob).leaseUntil < clock.now());
        return late ? { lost: [], cancelled: [] } : await renew(leases, leaseMs);
      };
    },
    "renew() of a lease that ran out saves it, or reports it as lost and the job comes back: never both",
  ],
};
