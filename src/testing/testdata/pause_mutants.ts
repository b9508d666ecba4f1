/** Queues that pause wrongly. @module */

import type { Mutants } from "./mutant.ts";

/** Mutants of `pause`. */
export const PAUSE_MUTANTS: Mutants = {
  "pauses are ignored": [
    ({ queue }) => queue.pause = () => Promise.resolve(),
    "pause() keeps the jobs of its queue back, and those of no other",
    "enqueue() takes jobs for a queue that is paused, known or not",
    "pause() lets running jobs end, and keeps back those that return",
    "pause() keeps back jobs whose time comes meanwhile",
    "pause() counts for every client at once",
    "pause() outlives the client",
    "stats() shows a queue as paused, also one without jobs",
  ],
  "a pause keeps all queues back": [
    ({ queue, store }) => {
      const { lease } = queue;
      queue.lease = (request) => store.paused.size > 0 ? Promise.resolve([]) : lease(request);
    },
    "pause() keeps the jobs of its queue back, and those of no other",
  ],
  "two pauses need two resumes": [
    ({ queue, store, memory }) => {
      const { pause, resume } = queue;
      queue.pause = (name) => {
        if (store.paused.has(name)) memory.set(name, true);
        return pause(name);
      };
      queue.resume = (name) => memory.delete(name) ? Promise.resolve() : resume(name);
    },
    "resume() ends the pause",
  ],
  "a resume wakes nobody": [
    ({ queue, store }) => {
      queue.resume = (name) => {
        store.paused.delete(name);
        return Promise.resolve();
      };
    },
    "resume() wakes a lease that waits",
  ],
  "a paused queue takes no jobs": [
    ({ queue, store }) => {
      const { enqueue } = queue;
      queue.enqueue = (jobs) => {
        return jobs.some(({ queue }) => store.paused.has(queue)) ? Promise.reject(new Error("paused")) : enqueue(jobs);
      };
    },
    "enqueue() takes jobs for a queue that is paused, known or not",
  ],
  "a pause loses the jobs that run": [
    ({ queue, store }) => {
      const { pause } = queue;
      queue.pause = (name) => {
        for (const entry of store.entries.values()) if (entry.record.state === "RUNNING") store.remove(entry);
        return pause(name);
      };
    },
    "pause() lets running jobs end, and keeps back those that return",
  ],
  "a pause counts for one client": [
    ({ queue, memory, clients, store }) => {
      const { lease } = queue;
      queue.pause = (name) => {
        memory.set(`paused by ${clients}`, name);
        return Promise.resolve();
      };
      queue.lease = (request) => {
        const paused = memory.get(`paused by ${clients}`) as string | undefined;
        if (paused !== undefined) store.paused.add(paused);
        return lease(request).finally(() => store.paused.clear());
      };
    },
    "pause() counts for every client at once",
    "pause() outlives the client",
  ],
  "an empty queue is not shown as paused": [
    ({ queue }) => {
      const { stats } = queue;
      queue.stats = async () => (await stats()).filter(({ pending, running }) => pending + running > 0);
    },
    "stats() shows a queue as paused, also one without jobs",
  ],
};
