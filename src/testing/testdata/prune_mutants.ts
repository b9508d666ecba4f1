/** Queues that prune wrongly. @module */

import type { PruneRequest } from "../../core/mod.ts";
import type { Mutant, Mutants, Whole } from "./mutant.ts";

/** Changes what is asked for. */
function pruning(change: (request: PruneRequest, whole: Whole) => PruneRequest): Mutant {
  return (whole) => {
    const { prune } = whole.queue;
    whole.queue.prune = (request) => prune(change(request, whole));
  };
}

/** Mutants of `prune`. */
export const PRUNE_MUTANTS: Mutants = {
  "nothing is pruned": [
    ({ queue }) => queue.prune = () => Promise.resolve(0),
    "prune() forgets jobs that ended long ago, and answers how many",
    "prune() keeps the latest so many",
    "prune() forgets what jobs told",
    "prune() leaves a unique key that is held for a time, until then",
  ],
  "ages are ignored": [
    pruning((request) => ({ ...request, olderThanMs: 0 })),
    "prune() forgets jobs that ended long ago, and answers how many",
    "prune() counts a job that ended twice once",
  ],
  "numbers are ignored": [
    pruning((request) => ({ ...request, keep: null })),
    "prune() keeps the latest so many",
    "prune() with an age and a number forgets what either of them says",
  ],
  "an age makes the number void": [
    pruning((request) => request.olderThanMs === null ? request : { ...request, keep: null }),
    "prune() with an age and a number forgets what either of them says",
  ],
  "one job too many is counted": [
    pruning((request) => request.keep ? { ...request, keep: request.keep - 1 } : request),
    "prune() keeps the latest so many",
    "prune() counts a job that ended twice once",
  ],
  "all states are pruned": [
    pruning((request) => ({ ...request, states: ["SUCCESS", "FAILED", "CANCELLED"] })),
    "prune() forgets only the states that it is asked for",
  ],
  "the limit is ignored": [
    pruning((request) => ({ ...request, limit: 1_000 })),
    "prune() forgets the earliest first, and no more than its limit",
    "prune() takes jobs that ended together apart where its limit says so",
  ],
  "the latest are pruned": [
    ({ queue, store }) => {
      queue.prune = ({ limit, keep }) => {
        const over = [...store.finished.keys()].reverse().slice(keep ?? 0).slice(0, limit);
        for (const id of over) store.finished.delete(id);
        return Promise.resolve(over.length);
      };
    },
    "prune() forgets the earliest first, and no more than its limit",
    "prune() forgets what jobs told",
  ],
  "jobs that wait or run are pruned": [
    ({ queue, store }) => {
      const { prune } = queue;
      queue.prune = async (request) => {
        const entries = [...store.entries.values()];
        for (const entry of entries) store.remove(entry);
        return await prune(request) + entries.length;
      };
    },
    "prune() never touches jobs that wait or run",
  ],
  "unique keys are freed": [
    ({ queue, store }) => {
      const { prune } = queue;
      queue.prune = (request) => {
        for (const record of store.finished.values()) {
          store.remove({ record, sequence: 0, cancelRequested: false, backingOff: false, place: null });
        }
        return prune(request);
      };
    },
    "prune() leaves a unique key that is held for a time, until then",
  ],
};
