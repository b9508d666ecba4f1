/** Queues that settle wrongly. @module */

import { isFinished, type LeasedJob, type LeaseRef, type Settlement, type SettleStatus } from "../../core/mod.ts";
import { handingOut, inspecting, type Mutant, type Mutants, noting, returning, settling } from "./mutant.ts";

/** A token is good as long as its job is leased by anyone. */
function anyToken(good: (lease: LeaseRef, live: LeasedJob) => boolean): Mutant {
  return ({ store }) => {
    const leased = store.leased.bind(store);
    store.leased = (lease) => {
      const live = store.entries.get(lease.id)?.record as LeasedJob | undefined;
      return leased(live?.state === "RUNNING" && good(lease, live) ? { id: lease.id, token: live.token } : lease);
    };
  };
}

/** Changes the answer to many settlements. */
function answering(change: (statuses: SettleStatus[]) => SettleStatus[]): Mutant {
  return ({ queue }) => {
    const { settle } = queue;
    queue.settle = async (settlements) => change(await settle(settlements));
  };
}

/** Keeps in `memory` what came in, by id, and shows it later in place of what is stored. */
function remembering(what: (settlement: Settlement) => string | null): Mutant {
  return (whole) => {
    settling((settlement) => {
      const kept = what(settlement);
      if (kept !== null) whole.memory.set(settlement.id, kept);
      return settlement;
    })(whole);
    inspecting((job, { memory }) => ({ ...job, result: memory.get(job.id) as string ?? job.result }))(whole);
  };
}

const ended = ({ action }: Settlement) => action === "succeed" || action === "fail" || action === "cancel";

/** Mutants of `settle`. */
export const SETTLE_MUTANTS: Mutants = {
  "settlements are forgotten": [
    ({ queue }) => queue.settle = (settlements) => Promise.resolve(settlements.map(() => "settled")),
    "settle() takes the first of two endings",
    "settle() keeps the final state, the result and the error",
    "settle() takes 500 endings in one call",
  ],
  "a job that ended comes back": [
    settling((settlement) => ended(settlement) ? { ...settlement, action: "release" } : settlement),
    "settle() ends a job that succeeded, failed or was cancelled for good",
    "settle() keeps the final state, the result and the error",
    "close() takes back nothing that was settled just before",
  ],
  "a job that failed is shown as one that succeeded": [
    inspecting((job) => isFinished(job) ? { ...job, state: "SUCCESS" } : job),
    "settle() keeps the final state, the result and the error",
  ],
  "an error loses its cause": [
    inspecting((job) =>
      job.error === null ? job : { ...job, error: { name: job.error.name, message: job.error.message } }
    ),
    "settle() keeps the final state, the result and the error",
  ],
  "results are cut": [
    inspecting((job) => ({ ...job, result: job.result?.slice(0, 1_000) ?? null })),
    "settle() keeps results up to 1 MiB to the letter, or none",
  ],
  "no result becomes an empty one": [
    inspecting((job) => ({ ...job, result: job.result ?? "null" })),
    "settle() keeps results up to 1 MiB to the letter, or none",
    "settle() keeps no result of a job that wants none kept",
  ],
  "a result is kept though the job wants none kept": [
    remembering((settlement) => settlement.action === "succeed" ? settlement.result : null),
    "settle() keeps no result of a job that wants none kept",
  ],
  "any token is taken": [
    anyToken(() => true),
    "settle() changes nothing by a token that is not the job's",
    "settle() changes nothing by the token of an older lease",
    "renew() and settle() with the token of a lost lease don't touch the next one",
    "renew() answers which leases are lost, and no other",
  ],
  "the token of an older lease is taken": [
    (whole) => {
      noting((job) => whole.memory.set(`${job.id} ${job.token}`, true))(whole);
      if (whole.clients === 0) anyToken(({ id, token }) => whole.memory.has(`${id} ${token}`))(whole);
    },
    "settle() changes nothing by the token of an older lease",
    "renew() and settle() with the token of a lost lease don't touch the next one",
  ],
  "the token of another job is taken": [
    (whole) => {
      noting((job) => whole.memory.set(job.token, true))(whole);
      if (whole.clients === 0) anyToken(({ token }) => whole.memory.has(token))(whole);
    },
    "settle() changes nothing by a token that is not the job's",
  ],
  "a stale settlement is answered as settled": [
    answering((statuses) => statuses.map(() => "settled")),
    "settle() takes the first of two endings",
    "settle() takes one of two endings that race, and everyone sees that one",
  ],
  "one stale settlement refuses all": [
    ({ queue, store }) => {
      const { settle } = queue;
      queue.settle = (settlements) => {
        const bad = settlements.some((settlement) => store.leased(settlement) === null);
        return settlements.length > 1 && bad ? Promise.reject(new Error("stale")) : settle(settlements);
      };
    },
    "settle() takes many endings at once, each for itself",
  ],
  "statuses come in another order": [
    answering((statuses) => statuses.toSorted()),
    "settle() takes many endings at once, each for itself",
  ],
  "only 100 settlements of a call are taken": [
    ({ queue }) => {
      const { settle } = queue;
      queue.settle = async (
        all,
      ) => [...await settle(all.slice(0, 100)), ...all.slice(100).map(() => "settled" as const)];
    },
    "settle() takes 500 endings in one call",
  ],
  "an empty list is refused": [
    ({ queue }) => {
      const { settle } = queue;
      queue.settle = (all) => all.length === 0 ? Promise.reject(new Error("empty")) : settle(all);
    },
    "settle() and renew() take empty lists",
  ],
  "a late settlement counts, and the job comes back too": [
    ({ queue, store, clock, memory }) => {
      const { lease, settle } = queue;
      queue.settle = async (settlements) => {
        for (const { id } of settlements) {
          const record = store.entries.get(id)?.record as LeasedJob | undefined;
          if (record?.state === "RUNNING" && record.leaseUntil < clock.now()) memory.set("late", record);
        }
        return await settle(settlements);
      };
      queue.lease = async (request) => {
        const late = memory.get("late") as LeasedJob | undefined;
        memory.delete("late");
        return late === undefined ? await lease(request) : [late];
      };
    },
    "settle() counts late, or is stale and the job comes back: never both",
  ],
  "errors of attempts are lost": [
    returning((job) => ({ ...job, errors: [] })),
    "settle() keeps the errors of all attempts, oldest first, and no more than the last ones",
    "settle() adds the last attempt to the errors of a job that fails, or none",
    "a retried job comes back after its delay, and not before",
    "the errors of attempts outlive the client",
  ],
  "the newest error comes first": [
    handingOut((job) => ({ ...job, errors: [...job.errors].reverse() })),
    "settle() keeps the errors of all attempts, oldest first, and no more than the last ones",
  ],
  "the first errors are kept, not the last": [
    returning((job, before) => before.errors.length < 20 ? job : { ...job, errors: before.errors }),
    "settle() keeps the errors of all attempts, oldest first, and no more than the last ones",
  ],
  "the error of the last attempt is lost": [
    returning((job, before) => isFinished(job) ? { ...job, errors: before.errors } : job),
    "settle() adds the last attempt to the errors of a job that fails, or none",
    "settle() keeps the final state, the result and the error",
  ],
};
