/** Queues that share a lease wrongly. @module */

import type { LeasedJob, LeaseRequest } from "../../core/mod.ts";
import { asking, type Mutant, type Mutants } from "./mutant.ts";

/** Leases from one queue after the other, each at most what `most` says. */
function oneByOne(most: (request: LeaseRequest, index: number, left: number) => number): Mutant {
  return ({ queue }) => {
    const { lease } = queue;
    queue.lease = async ({ weights, ...request }) => {
      if (weights === undefined || request.queues === null) return await lease(request);
      const jobs: LeasedJob[] = [];
      for (const [index, name] of request.queues.entries()) {
        const limit = Math.floor(most({ weights, ...request }, index, request.limit - jobs.length));
        if (limit > 0) jobs.push(...await lease({ ...request, queues: [name], limit }));
      }
      return jobs;
    };
  };
}

const share = ({ weights, limit }: LeaseRequest, index: number) =>
  limit * weights![index]! / weights!.reduce((sum, weight) => sum + weight);

/** Mutants of weights. */
export const WEIGHTS_MUTANTS: Mutants = {
  "weights are ignored": [
    asking(({ weights: _weights, ...request }) => request),
    "lease() shares its jobs among queues by their weights, whatever their priorities",
    "lease() of one job at a time keeps to the weights over many",
  ],
  "the first queue comes first": [
    oneByOne((_request, _index, left) => left),
    "lease() shares its jobs among queues by their weights, whatever their priorities",
    "lease() of one job at a time keeps to the weights over many",
  ],
  "a queue gives its share and no more": [
    oneByOne(share),
    "lease() fills up from other queues what one of them lacks, is paused, or does not know",
  ],
  "weights take from all queues": [
    asking((request) => request.weights === undefined ? request : { ...request, queues: null }),
    "lease() with weights keeps the order of each queue, and takes from no other",
  ],
  "weights turn the order around": [
    ({ queue }) => {
      const { lease } = queue;
      queue.lease = async (request) => request.weights ? (await lease(request)).toReversed() : await lease(request);
    },
    "lease() with weights keeps the order of each queue, and takes from no other",
  ],
};
