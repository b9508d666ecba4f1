/** Queues that close wrongly, or keep too little of what was there. @module */

import { MemoryQueue } from "../../backends/mod.ts";
import { enqueuing, type Mutant, type Mutants, type Whole } from "./mutant.ts";

/** Loses something of every job when a client closes. */
function losing(lose: (whole: Whole) => void): Mutant {
  return (whole) => {
    const { close } = whole.queue;
    whole.queue.close = async () => {
      await close();
      lose(whole);
    };
  };
}

/** Mutants of what outlives a client. */
export const DURABLE_MUTANTS: Mutants = {
  "a closed queue has lost its jobs": [
    losing(({ store }) => store.entries.forEach((entry) => store.remove(entry))),
    "enqueued jobs outlive the client",
    "close() loses no job that was enqueued or released just before",
    "a queue that is closed and opened again and again keeps its jobs",
    "unique keys outlive the client",
  ],
  "a closed queue has lost what jobs were enqueued with": [
    losing(({ store }) => {
      for (const entry of store.entries.values()) entry.record = { ...entry.record, args: "[]" };
    }),
    "enqueued jobs outlive the client",
  ],
  "a closed queue has lost its delays": [
    (whole) => {
      const { enqueue } = whole.queue;
      const delays = (jobs: Parameters<typeof enqueue>[0]) => jobs.filter(({ delayMs }) => delayMs > 0);
      whole.queue.enqueue = (jobs) => {
        if (delays(jobs).length > 0) whole.memory.set("delayed", delays(jobs));
        return enqueue(jobs);
      };
      losing(({ store, memory }) => {
        const jobs = (memory.get("delayed") ?? []) as Parameters<typeof enqueue>[0];
        for (const { id } of jobs) {
          const entry = store.entries.get(id);
          if (entry !== undefined) store.put(entry, { ...entry.record, state: "PENDING" });
        }
      })(whole);
    },
    "delays outlive the client",
  ],
  "a closed queue has lost the errors of attempts": [
    losing(({ store }) => {
      for (const entry of store.entries.values()) entry.record = { ...entry.record, errors: [] };
    }),
    "the errors of attempts outlive the client",
  ],
  "a closed queue has lost its pauses": [
    losing(({ store }) => store.paused.clear()),
    "pause() outlives the client",
  ],
  "a closed queue has lost the jobs that ran": [
    losing(({ store }) => {
      for (const entry of store.entries.values()) if (entry.record.state === "RUNNING") store.remove(entry);
    }),
    "a job that was leased is handed out again after the client is gone",
  ],
  "a closed queue brings settled jobs back": [
    (whole) => {
      const { enqueue } = whole.queue;
      enqueuing((jobs, { memory }) => {
        memory.set("jobs", jobs);
        return jobs;
      })(whole);
      losing(({ store, memory }) => {
        for (const id of store.finished.keys()) store.finished.delete(id);
        void enqueue((memory.get("jobs") ?? []) as Parameters<typeof enqueue>[0]);
      })(whole);
    },
    "close() takes back nothing that was settled just before",
  ],
};

/** Mutants of `close`. */
export const SHUTDOWN_MUTANTS: Mutants = {
  "close leaves waiting leases": [
    ({ queue }) => queue.close = () => Promise.resolve(),
    "close() ends waiting leases with an empty list",
    "lease() hands out nothing after close()",
  ],
  "close ends one waiting lease": [
    ({ queue }) => {
      const { lease, close } = queue;
      let ended = Promise.withResolvers<never[]>();
      queue.lease = (request) => {
        const closing = ended;
        ended = Promise.withResolvers();
        return request.waitMs > 10_000 ? Promise.race([closing.promise, new Promise<never>(() => {})]) : lease(request);
      };
      queue.close = async () => {
        ended.resolve([]);
        await close();
      };
    },
    "close() ends waiting leases with an empty list",
  ],
  "close rejects the second time": [
    ({ queue }) => {
      const { close } = queue;
      let closed = false;
      queue.close = async () => {
        if (closed) throw new Error("closed");
        closed = true;
        await close();
      };
    },
    "close() may be called twice, also at the same time",
  ],
  "close never ends": [
    ({ queue }) => {
      const { close } = queue;
      queue.close = async () => {
        await close();
        await new Promise(() => {});
      };
    },
    "close() ends waiting leases with an empty list",
    "close() may be called twice, also at the same time",
  ],
  "a closed queue hands out jobs": [
    ({ queue, store }) => {
      const { lease } = queue;
      queue.lease = async (request) => {
        const jobs = await lease(request);
        return jobs.length > 0 || request.waitMs > 10_000
          ? jobs
          : await new MemoryQueue({ store }).lease({ ...request, waitMs: 0 });
      };
    },
    "lease() hands out nothing after close()",
  ],
  "a closed queue leaves its timers": [
    ({ queue, clock }) => {
      const { close } = queue;
      queue.close = () => {
        clock.timer(60_000, () => {});
        return close();
      };
    },
    "close() may be called twice, also at the same time",
  ],
};
