/** Queues that lease wrongly. @module */

import type { LeasedJob } from "../../core/mod.ts";
import { sleep } from "../../core/mod.ts";
import { asking, enqueuing, handingOut, type Mutant, type Mutants, returning, storing } from "./mutant.ts";

/** Changes a whole answer. */
function answering(change: (jobs: LeasedJob[]) => LeasedJob[]): Mutant {
  return ({ queue }) => {
    const { lease } = queue;
    queue.lease = async (request) => change(await lease(request));
  };
}

/** A lease looks again only when its time is over. */
const deaf: Mutant = ({ queue, clock }) => {
  const { lease } = queue;
  queue.lease = async (request) => {
    const jobs = await lease({ ...request, waitMs: 0 });
    if (jobs.length > 0 || request.waitMs === 0) return jobs;
    await sleep(clock, request.waitMs);
    return await lease({ ...request, waitMs: 0 });
  };
};

/** Mutants of `lease`. */
export const LEASE_MUTANTS: Mutants = {
  "an attempt is not counted": [
    handingOut((job) => ({ ...job, attempts: job.attempts - 1 })),
    "lease() counts the attempt and stamps worker, token and times",
  ],
  "the worker is not stamped": [
    handingOut((job) => ({ ...job, workerId: null })),
    "lease() counts the attempt and stamps worker, token and times",
  ],
  "the lease is stamped with a time of the client": [
    handingOut((job) => ({ ...job, leaseUntil: 30_000 })),
    "lease() counts the attempt and stamps worker, token and times",
  ],
  "a field is missing": [
    handingOut(({ losses: _losses, ...job }) => job as LeasedJob),
    "lease() answers plain data with every field of a record",
  ],
  "a field is undefined in place of null": [
    handingOut((job) => ({ ...job, result: undefined as unknown as null })),
    "lease() answers plain data with every field of a record",
  ],
  "the limit is ignored": [
    asking((request) => ({ ...request, limit: request.limit + 1 })),
    "lease() answers at most `limit` jobs, each of them once",
  ],
  "all jobs of a batch have one token": [
    ({ store }) => store.nextToken = () => "token",
    "lease() gives every lease a token of its own",
    "settle() changes nothing by the token of an older lease",
  ],
  "a lease waits though it may not": [
    asking((request) => ({ ...request, waitMs: Math.max(request.waitMs, 5_000) })),
    "lease() answers an empty list at once when it may not wait",
    "enqueue() takes an empty batch",
  ],
  "a lease waits for ever": [
    asking((request) => ({ ...request, waitMs: request.waitMs === 0 ? 0 : 10_000_000 })),
    "lease() answers an empty list when its time is over",
  ],
  "nothing wakes a lease": [
    deaf,
    "lease() wakes when a job is enqueued",
    "lease() wakes when a job is released",
    "lease() wakes when a job is enqueued through another client",
    "resume() wakes a lease that waits",
  ],
  "only its own client wakes a lease": [
    (whole) => whole.clients > 0 ? whole.store.wake.ring = () => {} : undefined,
    "lease() wakes when a job is enqueued through another client",
  ],
  "a job whose time has come does not wake a lease": [
    ({ store }) => store.nextDue = () => Infinity,
    "lease() hands out a delayed job when its time has come, and not before",
    "a retried job comes back after its delay, and not before",
    "a snoozed job comes back after its delay, with its attempt refunded",
    "lease() hands out a job again when its lease ran out, and not before",
    "lease() hands out through another client the jobs of one that is gone",
    "delays outlive the client",
  ],
  "queues are ignored": [
    asking((request) => ({ ...request, queues: null })),
    "lease() hands out jobs of the queues that it names, and of all when it names none",
  ],
  "null names the default queue": [
    asking((request) => ({ ...request, queues: request.queues ?? ["default"] })),
    "lease() hands out jobs of the queues that it names, and of all when it names none",
    "lease() finds the jobs of a hundred queues",
  ],
  "only the first jobs of all queues are looked at": [
    ({ queue }) => {
      const { lease, settle } = queue;
      queue.lease = async (request) => {
        const jobs = await lease({ ...request, queues: null });
        const unwanted = jobs.filter(({ queue }) => request.queues !== null && !request.queues.includes(queue));
        await settle(unwanted.map(({ id, token }) => ({ id, token, action: "release" })));
        return jobs.filter((job) => !unwanted.includes(job));
      };
    },
    "lease() finds a job behind many of a queue that nobody asks for",
  ],
  "jobs are handed out by their ids": [
    enqueuing((jobs) => [...jobs].sort((a, b) => a.id < b.id ? -1 : 1)),
    "lease() hands out jobs in the order of their enqueue, whatever their ids",
  ],
  "the latest job is handed out first": [
    answering((jobs) => jobs.reverse()),
    "lease() hands out jobs in the order of their enqueue, whatever their ids",
    "lease() hands out higher priorities first",
  ],
  "priorities are ignored": [
    (whole) => {
      storing((job, { memory }) => {
        memory.set(job.id, job.priority);
        return { ...job, priority: 0 };
      })(whole);
      handingOut((job, { memory }) => ({ ...job, priority: memory.get(job.id) as number }))(whole);
    },
    "lease() hands out higher priorities first",
  ],
  "negative priorities are like none": [
    (whole) => {
      storing((job, { memory }) => {
        memory.set(job.id, job.priority);
        return { ...job, priority: Math.max(0, job.priority) };
      })(whole);
      handingOut((job, { memory }) => ({ ...job, priority: memory.get(job.id) as number }))(whole);
    },
    "lease() hands out higher priorities first",
  ],
  "equal priorities are handed out in any order": [
    enqueuing((jobs) => [...jobs].reverse()),
    "lease() hands out equal priorities in the order of their enqueue",
    "lease() hands out jobs in the order of their enqueue, whatever their ids",
  ],
  "a job comes back without its priority": [
    returning((job) => ({ ...job, priority: 100 })),
    "lease() keeps the priority of a job that comes back",
    "a job that comes back keeps what it was enqueued with",
  ],
  "delays are ignored": [
    storing((job) => ({ ...job, state: "PENDING" })),
    "lease() hands out a delayed job when its time has come, and not before",
    "lease() hands out delayed jobs in the order of their times, past those that are far off",
  ],
  "delays are too short": [
    storing((job) => ({ ...job, runAt: job.createdAt + job.delayMs / 2 })),
    "lease() hands out a delayed job when its time has come, and not before",
    "delays outlive the client",
  ],
  "delayed jobs come one after the other": [
    storing((job, { memory }) => {
      if (job.delayMs === 0) return job;
      const runAt = Math.max(job.runAt, memory.get("last") as number | undefined ?? 0);
      memory.set("last", runAt);
      return { ...job, runAt };
    }),
    "lease() hands out delayed jobs in the order of their times, past those that are far off",
  ],
  "a job is handed out twice": [
    ({ queue, memory }) => {
      const { lease } = queue;
      queue.lease = async (request) => {
        const jobs = await lease(request);
        const again = memory.get("again") as LeasedJob | undefined;
        memory.set("again", jobs[0]);
        return again !== undefined && jobs.length < request.limit ? [...jobs, again] : jobs;
      };
    },
    "lease() answers at most `limit` jobs, each of them once",
    "lease() gives many consumers different jobs",
    "lease() gives the consumers of two clients different jobs",
  ],
  "a job is handed out to each of two clients": [
    ({ queue, clients, memory }) => {
      const { lease } = queue;
      queue.lease = async (request) => {
        const jobs = await lease(request);
        if (clients === 0) memory.set("seen", [...(memory.get("seen") ?? []) as LeasedJob[], ...jobs]);
        return clients === 0 || jobs.length > 0 ? jobs : (memory.get("seen") as LeasedJob[]).splice(0, request.limit);
      };
    },
    "lease() gives the consumers of two clients different jobs",
  ],
  "a job is lost on its way out now and then": [
    ({ queue, memory }) => {
      const { lease } = queue;
      queue.lease = async (request) => {
        const count = ((memory.get("count") ?? 0) as number) + 1;
        memory.set("count", count);
        const jobs = await lease(request);
        return count % 10 === 0 ? jobs.slice(1) : jobs;
      };
    },
    "lease() gives many consumers different jobs",
  ],
};
