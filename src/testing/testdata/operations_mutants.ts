/** Queues that count, clear and inspect wrongly. @module */

import { MemoryQueue, MemoryStore } from "../../backends/mod.ts";
import { isFinished, type QueueCapability, type QueueStats } from "../../core/mod.ts";
import { inspecting, type Mutant, type Mutants, returning, type Whole } from "./mutant.ts";

/** Changes the counts of each queue. */
function counting(change: (row: QueueStats, whole: Whole) => QueueStats): Mutant {
  return (whole) => {
    const { stats } = whole.queue;
    whole.queue.stats = async () => (await stats()).map((row) => change(row, whole));
  };
}

/** Mutants of the methods that look at a queue as a whole. */
export const OPERATIONS_MUTANTS: Mutants = {
  "a capability is no word of the contract": [
    ({ queue }) => queue.capabilities = new Set([...queue.capabilities, "exactly_once" as QueueCapability]),
    "capabilities holds only words of the contract",
  ],
  "running jobs are counted as waiting": [
    ({ queue, store }) => queue.qsize = () => Promise.resolve(store.entries.size),
    "qsize() counts jobs that wait, not those that run or have ended",
    "qsize() counts one queue when asked for one",
  ],
  "jobs that wait for their time are not counted": [
    ({ queue, store }) => {
      queue.qsize = () =>
        Promise.resolve([...store.entries.values()].filter(({ record }) => record.state === "PENDING").length);
    },
    "qsize() counts jobs that wait for their time",
    "qsize() counts jobs that wait, not those that run or have ended",
  ],
  "clear does nothing": [
    ({ queue }) => queue.clear = () => Promise.resolve(0),
    "clear() removes what waits and answers how much that was",
    "clear() removes jobs that wait for their time",
    "inspect() answers in order, null for what was never there or was cleared",
  ],
  "clear answers no count": [
    ({ queue }) => {
      const { clear } = queue;
      queue.clear = async (name) => await clear(name) * 0;
    },
    "clear() removes what waits and answers how much that was",
  ],
  "clear removes running jobs": [
    ({ queue, store }) => {
      const { clear } = queue;
      queue.clear = (name) => {
        const count = clear(name);
        for (const entry of store.entries.values()) store.remove(entry);
        return count;
      };
    },
    "clear() does not touch running jobs",
  ],
  "clear leaves jobs that wait for their time": [
    ({ queue, store }) => {
      queue.clear = () => {
        const pending = [...store.entries.values()].filter(({ record }) => record.state === "PENDING");
        for (const entry of pending) store.remove(entry);
        return Promise.resolve(pending.length);
      };
    },
    "clear() removes jobs that wait for their time",
    "clear() removes what waits and answers how much that was",
  ],
  "clear empties all queues when asked for one": [
    ({ queue }) => {
      const { clear } = queue;
      queue.clear = () => clear();
    },
    "clear() removes the jobs of one queue when asked for one",
  ],
  "records come without those that are unknown": [
    ({ queue }) => {
      const { inspect } = queue;
      queue.inspect = async (ids) => (await inspect(ids)).filter((job) => job !== null);
    },
    "inspect() answers in order, null for what was never there or was cleared",
  ],
  "a record shows the token": [
    ({ queue, store }) => {
      const { inspect } = queue;
      queue.inspect = async (ids) =>
        (await inspect(ids)).map((job) => job && (store.entries.get(job.id)?.record ?? job));
    },
    "inspect() shows a job through its life",
  ],
  "a released job still shows its worker": [
    returning((job, before) =>
      isFinished(job) ? job : { ...job, workerId: before.workerId, startedAt: before.startedAt }
    ),
    "inspect() shows a job through its life",
    "inspect() shows as scheduled a job that comes back later",
  ],
  "a job stays scheduled until someone leases it": [
    inspecting((job) => job.state === "PENDING" && job.delayMs > 0 ? { ...job, state: "SCHEDULED" } : job),
    "inspect() shows as scheduled a job that waits for its time, and then as pending",
  ],
  "a job that comes back later is shown as pending": [
    inspecting((job) => job.state === "SCHEDULED" ? { ...job, state: "PENDING" } : job),
    "inspect() shows as scheduled a job that comes back later",
    "inspect() shows as scheduled a job that waits for its time, and then as pending",
  ],
  "finished jobs are counted as running": [
    counting((row, { store }) => ({ ...row, running: row.running + store.finished.size })),
    "stats() counts by queue and state",
  ],
  "empty queues are counted": [
    ({ queue }) => {
      const { stats } = queue;
      const [pending, scheduled, retrying, running] = [0, 0, 0, 0];
      queue.stats = async () => [
        ...await stats(),
        { queue: "empty", pending, scheduled, retrying, running, paused: false, oldestAt: null },
      ];
    },
    "stats() counts by queue and state",
    "stats() shows a queue as paused, also one without jobs",
  ],
  "every job with an attempt is counted as retrying": [
    counting((row, { store }) => {
      const tried = [...store.entries.values()].filter(({ record }) =>
        record.state === "SCHEDULED" && record.attempts > 0
      );
      return { ...row, retrying: tried.length, scheduled: row.scheduled + row.retrying - tried.length };
    }),
    "stats() counts a job that snoozes after a failed attempt as scheduled",
  ],
  "jobs whose time has come are counted as scheduled": [
    counting((row, { store }) => {
      const late = [...store.entries.values()].filter(({ record }) => record.state === "SCHEDULED");
      return { ...row, pending: row.pending + row.scheduled + row.retrying - late.length, scheduled: late.length };
    }),
    "stats() counts jobs as pending whose time has come",
  ],
  "the oldest job is the next one": [
    counting((row, { store }) => {
      const [next] = [...store.entries.values()].filter(({ record }) => record.state === "PENDING")
        .sort((a, b) => b.record.priority - a.record.priority);
      return { ...row, oldestAt: next?.record.runAt ?? null };
    }),
    "stats() tells since when the oldest job could run",
  ],
  "a queue is busy while it holds a job": [
    ({ queue, store }) => queue.busy = () => Promise.resolve(store.entries.size > 0),
    "busy() is true while a job could run, runs or waits for its backoff, and not for one that is meant for later",
    "busy() looks at the queues that it is asked for",
  ],
  "a queue is never busy": [
    ({ queue }) => queue.busy = () => Promise.resolve(false),
    "busy() is true while a job could run, runs or waits for its backoff, and not for one that is meant for later",
    "busy() looks at the queues that it is asked for",
  ],
  "namespaces are ignored": [
    (() => {
      let common: MemoryStore | undefined;
      return ({ queue, clock }) => {
        common ??= new MemoryStore({ clock });
        const inner = new MemoryQueue({ store: common });
        queue.enqueue = (jobs) => inner.enqueue(jobs);
        queue.lease = (request) => inner.lease(request);
        queue.qsize = (name) => inner.qsize(name);
        queue.clear = (name) => inner.clear(name);
        queue.close = () => inner.close();
      };
    })(),
    "namespaces are kept apart",
  ],
};
