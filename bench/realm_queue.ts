/** Jobs through a queue backend of a plugin, in each kind of realm. @module */

import { EventBus, type LeasedJob, type NewJob, type QueueBackend, systemClock } from "../src/core/mod.ts";
import { PluginCaller } from "../src/host/call.ts";
import { RemoteQueue } from "../src/host/remote_queue.ts";
import type { Isolation, Realm } from "../src/sandbox/mod.ts";
import { Worker } from "../src/worker/mod.ts";
import { Module } from "./realm_rig.ts";

const BATCH = 100;

/** A queue in memory as a plugin writes it: in the shape of QueueBackend, nothing else in it. */
const PLUGIN = `
const waiting = [], leases = new Map();
let token = 0;
const queue = {
  capabilities: ["fifo"],
  async enqueue(jobs) { for (const job of jobs) waiting.push(job); return jobs.map(({ id }) => ({ id, duplicate: false })); },
  async lease({ limit, leaseMs, workerId }) {
    const now = Date.now();
    return waiting.splice(0, limit).map((job) => {
      const leased = { ...job, state: "RUNNING", createdAt: now, runAt: now, attempts: 1, losses: 0, startedAt: now,
        finishedAt: null, workerId, result: null, error: null, errors: [], token: String(++token), leaseUntil: now + leaseMs };
      leases.set(job.id, leased);
      return leased;
    });
  },
  async renew() { return { lost: [], cancelled: [] }; },
  async settle(list) { return list.map(({ id }) => leases.delete(id) ? "settled" : "stale"); },
  async qsize() { return waiting.length; },
  async clear() { return waiting.splice(0).length; },
  async inspect(ids) { return ids.map(() => null); },
  async busy() { return waiting.length + leases.size > 0; },
  async stats() {
    if (waiting.length + leases.size === 0) return [];
    return [{ queue: "default", pending: waiting.length, scheduled: 0, retrying: 0, running: leases.size, paused: false, oldestAt: null }];
  },
  async close() {},
};
export default { name: "bench", provides: ["queue_backend"], stop() {},
  start(_settings, context) { context.registerQueueBackend("bench", () => queue); } };
`;
const TASKS = `import { task } from "nuvom"; export const noop = task({ name: "noop" }, (n: number) => n);`;

/** Jobs a second: through the backend alone, and by a worker with one executor. */
export interface QueueFigures {
  readonly backend: number;
  readonly worker: number;
}

/** The best of some rounds, in which the kinds take turns: the machine may do other things meanwhile. */
export async function queueFigures(
  kinds: readonly Isolation[],
  jobs: number,
  rounds: number,
): Promise<Map<Isolation, QueueFigures>> {
  await using module = await Module.of(PLUGIN);
  await using stack = new AsyncDisposableStack();
  const queues = new Map<Isolation, QueueBackend>();
  for (const kind of kinds) {
    const realm = await module.open(kind, "plugin");
    stack.defer(() => realm.stop(1_000));
    queues.set(kind, await openQueue(realm, module));
  }
  const best = new Map<Isolation, QueueFigures>();
  for (let round = 0; round < rounds; round++) {
    for (const [kind, queue] of queues) {
      const { backend, worker } = best.get(kind) ?? { backend: 0, worker: 0 };
      best.set(kind, {
        backend: Math.max(backend, await backendAlone(queue, jobs)),
        worker: Math.max(worker, await withWorker(queue, jobs)),
      });
    }
  }
  return best;
}

async function openQueue(realm: Realm, module: Module): Promise<QueueBackend> {
  const options = { timeoutMs: 20_000 };
  await realm.call("plugin.load", { entry: module.entry, exportName: null }, options);
  await realm.call("plugin.start", { settings: {} }, options);
  const opened = await realm.call("backend.open", { kind: "queue", name: "bench", namespace: "" }, options);
  const caller = new PluginCaller({
    plugin: "bench",
    realm,
    clock: systemClock,
    timeoutMs: 20_000,
    mapStack: (stack) => stack,
    manifest: { path: "", folder: "" },
    granted: {},
  });
  const open = () => Promise.resolve({ opened, caller, callMs: 20_000 });
  const link = { opened, reach: open, release: open };
  return new RemoteQueue({ plugin: "bench", name: "bench", link, clock: systemClock, closeTimeoutMs: 1_000 });
}

function job(index: number): NewJob {
  return {
    id: `bench-${String(index).padStart(8, "0")}`,
    task: "noop",
    args: `[${index}]`,
    queue: "default",
    priority: 0,
    delayMs: 0,
    maxAttempts: 1,
    retryDelayMs: 0,
    timeoutMs: 60_000,
    timeoutPolicy: "retry",
    storeResult: false,
    uniqueKey: null,
    uniqueForMs: 0,
  };
}

async function enqueueAll(queue: QueueBackend, jobs: number): Promise<void> {
  for (let from = 0; from < jobs; from += BATCH) {
    await queue.enqueue(Array.from({ length: BATCH }, (_, i) => job(from + i)));
  }
}

/** Lease, settle and enqueue, 100 at a time, one call after the other. */
async function backendAlone(queue: QueueBackend, jobs: number): Promise<number> {
  const started = performance.now();
  await enqueueAll(queue, jobs);
  const request = { limit: BATCH, leaseMs: 60_000, queues: null, waitMs: 0, workerId: "bench" };
  for (let leased: LeasedJob[]; (leased = await queue.lease(request)).length > 0;) {
    await queue.settle(leased.map(({ id, token }) => ({ id, token, action: "succeed", result: null })));
  }
  return jobs / (performance.now() - started) * 1_000;
}

async function withWorker(queue: QueueBackend, jobs: number): Promise<number> {
  await using tasks = await Module.of(TASKS);
  await enqueueAll(queue, jobs);
  const worker = new Worker({
    queue,
    results: null,
    bus: new EventBus(),
    clock: systemClock,
    entries: () => Promise.resolve([tasks.entry]),
    openExecutor: (host) => tasks.open("process", "executor", host),
    options: {
      workerId: "bench",
      executors: 1,
      concurrency: 100,
      batchSize: BATCH,
      leaseMs: 60_000,
      timeoutGraceMs: 5_000,
      queues: null,
    },
  });
  await worker.start();
  const started = performance.now();
  await worker.drained();
  const perSecond = jobs / (performance.now() - started) * 1_000;
  await worker.stop({ graceMs: 1_000 });
  return perSecond;
}
