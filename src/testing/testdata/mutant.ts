/** Queues that break one promise each: a memory queue that claims everything, and one part of it replaced. @module */

import { MemoryQueue, MemoryStore } from "../../backends/mod.ts";
import {
  type JobRecord,
  type LeasedJob,
  type LeaseRequest,
  type NewJob,
  QUEUE_CAPABILITIES,
  type QueueBackend,
  type Settlement,
} from "../../core/mod.ts";
import { FakeClock } from "../fake_clock.ts";
import type { Subject } from "../harness.ts";
import { type QueueHarness, queueSubject } from "../queue_harness.ts";

/** A queue before it is broken. */
export interface Whole {
  /** Its methods may be replaced. */
  readonly queue: { -readonly [K in keyof QueueBackend]-?: QueueBackend[K] };
  /** Shared by the clients of a namespace. Its methods may be replaced, by the first client. */
  readonly store: MemoryStore;
  readonly clock: FakeClock;
  /** How many clients were opened before this one. */
  readonly clients: number;
  /** For what a mutant remembers; shared by the clients of a namespace. */
  readonly memory: Map<string, unknown>;
}

/** Breaks a queue. */
export type Mutant = (whole: Whole) => void;

/** Mutants by what they do, each with the cases that must find it. */
export type Mutants = Readonly<Record<string, readonly [mutant: Mutant, ...killedBy: string[]]>>;

/** A memory queue whose data outlive it and are shared by its clients, each of which `mutant` breaks. */
export function mutantSubject(mutant: Mutant): Subject<QueueHarness> {
  const clock = new FakeClock();
  const worlds = new Map<string, Omit<Whole, "queue" | "clock">>();
  return queueSubject({
    clock,
    open: (namespace) => {
      const last = worlds.get(namespace);
      const world = last === undefined
        ? { store: new MemoryStore({ clock }), clients: 0, memory: new Map<string, unknown>() }
        : { ...last, clients: last.clients + 1 };
      worlds.set(namespace, world);
      const queue = withAllClaims(new MemoryQueue({ store: world.store }));
      mutant({ ...world, queue, clock });
      return queue;
    },
  });
}

function withAllClaims(queue: MemoryQueue): Whole["queue"] {
  return {
    capabilities: new Set(QUEUE_CAPABILITIES),
    store: queue.store,
    enqueue: (jobs) => queue.enqueue(jobs),
    lease: (request) => queue.lease(request),
    renew: (leases, leaseMs) => queue.renew(leases, leaseMs),
    settle: (settlements) => queue.settle(settlements),
    qsize: (name) => queue.qsize(name),
    clear: (name) => queue.clear(name),
    inspect: (ids) => queue.inspect(ids),
    stats: () => queue.stats(),
    busy: (names) => queue.busy(names),
    retry: (ids) => queue.retry(ids),
    report: (reports) => queue.report(reports),
    traces: (ids) => queue.traces(ids),
    prune: (request) => queue.prune(request),
    cancel: (ids) => queue.cancel(ids),
    pause: (name) => queue.pause(name),
    resume: (name) => queue.resume(name),
    close: () => queue.close(),
  };
}

/** Changes jobs on their way into the store. */
export function storing(change: (job: JobRecord, whole: Whole) => JobRecord): Mutant {
  return (whole) => {
    if (whole.clients > 0) return;
    const add = whole.store.add.bind(whole.store);
    whole.store.add = (record) => add(change(record, whole));
  };
}

/** Changes what a job becomes whose lease ends, or whose time has come. */
export function returning(change: (job: JobRecord, before: JobRecord, whole: Whole) => JobRecord): Mutant {
  return (whole) => {
    if (whole.clients > 0) return;
    const put = whole.store.put.bind(whole.store);
    whole.store.put = (entry, record) => put(entry, change(record, entry.record, whole));
  };
}

/** Changes batches before they are enqueued. */
export function enqueuing(change: (jobs: readonly NewJob[], whole: Whole) => readonly NewJob[]): Mutant {
  return (whole) => {
    const { enqueue } = whole.queue;
    whole.queue.enqueue = (jobs) => enqueue(change(jobs, whole));
  };
}

/** Changes jobs as they are handed out. */
export function handingOut(change: (job: LeasedJob, whole: Whole) => LeasedJob): Mutant {
  return (whole) => {
    const { lease } = whole.queue;
    whole.queue.lease = async (request) => (await lease(request)).map((job) => change(job, whole));
  };
}

/** Changes what a worker asks for. */
export function asking(change: (request: LeaseRequest, whole: Whole) => LeaseRequest): Mutant {
  return (whole) => {
    const { lease } = whole.queue;
    whole.queue.lease = (request) => lease(change(request, whole));
  };
}

/** Changes how leases end. */
export function settling(change: (settlement: Settlement) => Settlement): Mutant {
  return ({ queue }) => {
    const { settle } = queue;
    queue.settle = (settlements) => settle(settlements.map(change));
  };
}

/** Changes records as they are inspected. */
export function inspecting(change: (job: JobRecord, whole: Whole) => JobRecord): Mutant {
  return (whole) => {
    const { inspect } = whole.queue;
    whole.queue.inspect = async (ids) => (await inspect(ids)).map((job) => job === null ? null : change(job, whole));
  };
}

/** Notes each job that leases hand out. */
export function noting(note: (job: LeasedJob, whole: Whole, batch: readonly LeasedJob[]) => void): Mutant {
  return (whole) => {
    const { lease } = whole.queue;
    whole.queue.lease = async (request) => {
      const jobs = await lease(request);
      for (const job of jobs) note(job, whole, jobs);
      return jobs;
    };
  };
}
