/** BullMQ on Redis: many jobs at a time, results kept with the finished jobs, as is its default. @module */

import type { OpenStore } from "./adapter.ts";
import { load } from "./load.ts";

interface Queue {
  add(name: string, data: number, options: object): Promise<unknown>;
  addBulk(jobs: readonly object[]): Promise<unknown>;
  getJobCounts(...states: string[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

interface Worker {
  waitUntilReady(): Promise<unknown>;
  run(): Promise<void>;
  close(force?: boolean): Promise<void>;
  on(event: "error", listener: (error: Error) => void): void;
}

interface BullMQ {
  readonly Queue: new (name: string, options: object) => Queue;
  readonly Worker: new (name: string, handler: (job: { data: number }) => Promise<unknown>, options: object) => Worker;
}

/** Its documentation advises 100 to 300 for jobs that wait for something else. */
const CONCURRENCY = 100;
const ATTEMPTS = 2;

/** Jobs have no backoff: a failed one is retried at once. */
export const open: OpenStore = async ({ packages, port }) => {
  const { Queue, Worker } = await load<BullMQ>(packages, "bullmq");
  const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
  const queue = new Queue("bench", { connection });
  return {
    async enqueue(kind, payloads, delay = 0) {
      const opts = { attempts: ATTEMPTS, delay };
      if (payloads.length === 1) await queue.add(kind, payloads[0]!, opts);
      else await queue.addBulk(payloads.map((data) => ({ name: kind, data, opts })));
    },
    async worker(_kind, handle) {
      const options = { connection, concurrency: CONCURRENCY, autorun: false };
      const worker = new Worker("bench", async ({ data }) => await handle(data), options);
      worker.on("error", () => {});
      await worker.waitUntilReady();
      return { start: () => void worker.run(), stop: () => worker.close(true) };
    },
    async hasOpenJobs() {
      const counts = await queue.getJobCounts("wait", "active", "prioritized");
      return Object.values(counts).some((count) => count > 0);
    },
    waitingCount: async () => (await queue.getJobCounts("wait")).wait ?? 0,
    doneCount: async () => (await queue.getJobCounts("completed")).completed ?? 0,
    close: () => queue.close(),
  };
};
