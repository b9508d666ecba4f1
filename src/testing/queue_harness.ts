/** What the cases of queue backends are given. @module */

import { assertEquals } from "@std/assert";
import type {
  BasicQueue,
  JobRecord,
  LeasedJob,
  LeaseRef,
  LeaseRequest,
  NewJob,
  QueueBackend,
  QueueCapability,
  Settlement,
  SettleStatus,
} from "../core/mod.ts";
import { BasicQueueAdapter } from "../sdk/basic_queue_adapter.ts";
import { newJob } from "./new_job.ts";
import { Harness, randomName, type Subject, type SubjectOptions } from "./harness.ts";

/** The end of a lease, without saying which. */
export type Ending = Settlement extends infer S ? S extends Settlement ? Omit<S, "id" | "token"> : never : never;

/** A lease that no case sees the end of, in milliseconds. */
const LONG_LEASE_MS = 30_000;
/** How long a lease of {@linkcode QueueHarness.next} waits; its answer must come much sooner, in milliseconds. */
const NEXT = { waitMs: 60_000, withinMs: 6_000 } as const;

/**
 * A queue backend to be tested. One with only the five methods of a basic queue is adapted.
 *
 * @example
 * ```ts
 * import { BaseJobQueue, type JobRecord } from "nuvom";
 * import { QUEUE_CASES, queueSubject, testCases } from "@nuvom/nuvom/testing";
 *
 * class ListQueue extends BaseJobQueue {
 *   #jobs: JobRecord[] = [];
 *   enqueue(job: JobRecord) { this.#jobs.push(job); }
 *   dequeue() { return this.#jobs.shift() ?? null; }
 *   popBatch(size: number) { return this.#jobs.splice(0, size); }
 *   qsize() { return this.#jobs.length; }
 *   clear() { this.#jobs = []; }
 * }
 *
 * const subject = queueSubject({ open: (namespace) => new ListQueue({ namespace, settings: {} }) });
 * testCases("list queue", QUEUE_CASES, subject);
 * ```
 */
export function queueSubject(options: SubjectOptions<QueueBackend | BasicQueue>): Subject<QueueHarness> {
  const open = async (namespace: string) => {
    const queue = await options.open(namespace);
    return "lease" in queue ? queue : new BasicQueueAdapter("under test", queue, options.clock);
  };
  return { open: () => QueueHarness.open({ ...options, open, remove: options.remove?.bind(options) }) };
}

/** One case's queue, in a namespace of its own. */
export class QueueHarness extends Harness<QueueBackend> {
  readonly #namespace = randomName("nuvom_test");
  readonly #leases = new Map<string, LeaseRef>();
  readonly #paused = new Set<string>();
  #closed = false;
  #queue!: QueueBackend;

  /** Opens the first client. */
  static async open(options: SubjectOptions<QueueBackend>): Promise<QueueHarness> {
    const harness = new QueueHarness(options);
    harness.#queue = await harness.openClient(harness.#namespace);
    return harness;
  }

  /** The queue; after {@linkcode QueueHarness.reopen} the new client. */
  get queue(): QueueBackend {
    return this.#queue;
  }

  /** What the queue promises. */
  get capabilities(): ReadonlySet<QueueCapability> {
    return this.#queue.capabilities;
  }

  /** Another client of the same data; for cases that need `shared`. */
  second(): Promise<QueueBackend> {
    return this.openClient(this.#namespace);
  }

  /** A client of other data; for cases that need `namespace`. */
  elsewhere(): Promise<QueueBackend> {
    return this.openClient(randomName("nuvom_test"));
  }

  /** Closes the queue and opens it again; for cases that need `durable`. */
  async reopen(): Promise<QueueBackend> {
    await this.closeClient(this.#queue);
    this.#queue = await this.openClient(this.#namespace);
    this.#closed = false;
    return this.#queue;
  }

  /** A job that may run at once, with an id of its own. */
  job(overrides: Partial<NewJob> = {}): NewJob {
    return newJob(overrides);
  }

  /** Enqueues a job. */
  async add(overrides: Partial<NewJob> = {}): Promise<NewJob> {
    const [job] = await this.addMany(1, overrides);
    return job!;
  }

  /** Enqueues so many jobs in one batch. */
  async addMany(count: number, overrides: Partial<NewJob> = {}): Promise<NewJob[]> {
    const jobs = Array.from({ length: count }, () => this.job(overrides));
    await this.queue.enqueue(jobs);
    return jobs;
  }

  /** A request for at most 10 jobs of any queue, at once, for longer than a case lasts. */
  request(overrides: Partial<LeaseRequest> = {}): LeaseRequest {
    return { limit: 10, leaseMs: LONG_LEASE_MS, queues: null, waitMs: 0, workerId: "conformance", ...overrides };
  }

  /** Leases what is ready now. */
  lease(overrides: Partial<LeaseRequest> = {}, queue: QueueBackend = this.queue): Promise<LeasedJob[]> {
    return queue.lease(this.request(overrides));
  }

  /** Leases one job that must be ready now. */
  async leaseOne(overrides: Partial<LeaseRequest> = {}, queue: QueueBackend = this.queue): Promise<LeasedJob> {
    const jobs = await this.lease({ limit: 1, ...overrides }, queue);
    assertEquals(jobs.length, 1, "one job is ready, and a lease must answer it");
    return jobs[0]!;
  }

  /** Waits for the next job. */
  async next(overrides: Partial<LeaseRequest> = {}, queue: QueueBackend = this.queue): Promise<LeasedJob> {
    const leasing = this.lease({ limit: 1, waitMs: NEXT.waitMs, ...overrides }, queue);
    const jobs = await this.within(NEXT.withinMs, "the answer of a waiting lease", leasing);
    assertEquals(jobs.length, 1, "a waiting lease must answer the job that becomes ready");
    return jobs[0]!;
  }

  /** Leases so many jobs, in as many calls as it takes. */
  async leaseAll(count: number, overrides: Partial<LeaseRequest> = {}): Promise<LeasedJob[]> {
    const jobs: LeasedJob[] = [];
    while (jobs.length < count) {
      const more = await this.lease({ limit: count - jobs.length, ...overrides });
      if (more.length === 0) break;
      jobs.push(...more);
    }
    assertEquals(jobs.length, count, "every job that is ready must be handed out");
    return jobs;
  }

  /** Ends the lease of a job. */
  async settle(job: LeasedJob, ending: Ending, queue: QueueBackend = this.queue): Promise<SettleStatus> {
    const { id, token } = job;
    const [status] = await queue.settle([{ id, token, ...ending }]);
    return status!;
  }

  /** Ends the lease of a job, which must be live. */
  async end(job: LeasedJob, ending: Ending = { action: "succeed", result: null }): Promise<void> {
    assertEquals(await this.settle(job, ending), "settled", "the lease of the job is live");
  }

  /** What the store knows of a job. */
  async record(id: string, queue: QueueBackend = this.queue): Promise<JobRecord | null> {
    const [record] = await queue.inspect([id]);
    return record ?? null;
  }

  /** Ends all leases and clears the queue first: not every backend keeps namespaces apart. */
  override async close(): Promise<void> {
    try {
      await this.#cleanUp(this.#closed ? await this.openClient(this.#namespace) : this.queue);
    } catch {
      // What is broken was found by the case, or is nothing that it promises.
    }
    await super.close();
  }

  /** Notes leases and pauses, which are taken back at the end. */
  protected override answered = (method: string, args: readonly unknown[], answer: unknown): void => {
    if (method === "pause") this.#paused.add(String(args[0]));
    if (method === "close") this.#closed = true;
    if (method !== "lease" || !Array.isArray(answer)) return;
    for (const { id, token } of answer as LeasedJob[]) this.#leases.set(token, { id, token });
  };

  async #cleanUp(queue: QueueBackend): Promise<void> {
    const leases = [...this.#leases.values()];
    await queue.settle(leases.map((lease) => ({ ...lease, action: "succeed", result: null })));
    await queue.clear();
    for (const name of this.#paused) await queue.resume(name);
  }
}
