/** Makes a full queue backend of the original's five methods: leases, retries and backoff are kept in memory. @module */

import {
  type BasicQueue,
  type Clock,
  type EnqueueReceipt,
  isFinished,
  type JobRecord,
  type LeasedJob,
  leasedRecord,
  type LeaseRef,
  type LeaseRequest,
  type NewJob,
  newRecord,
  NuvomError,
  type QueueBackend,
  type QueueCapability,
  type QueueStats,
  type RenewReport,
  rescuedRecord,
  settledRecord,
  type Settlement,
  type SettleStatus,
  sleep,
  systemClock,
} from "../core/mod.ts";

/** A lease that is held. */
interface Held {
  readonly job: LeasedJob;
  until: number;
}

/** Promises that five methods can keep; what else such a queue claims is left out. */
const KEPT: readonly QueueCapability[] = ["durable", "shared", "fifo", "delay", "namespace"];

/** How often an empty queue is asked again while a lease waits, in milliseconds: the first and the longest pause. */
const PAUSES = { first: 5, longest: 250 } as const;
/** How long one call of `dequeue` waits at most, in milliseconds: until then nothing else wakes a lease. */
const LONGEST_DEQUEUE_MS = 500;

/** A basic queue as a QueueBackend. What it can't promise is left out of `capabilities`. */
export class BasicQueueAdapter implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability>;
  readonly store: string | undefined = undefined;
  readonly #name: string;
  readonly #queue: BasicQueue;
  readonly #clock: Clock;
  readonly #leases = new Map<string, Held>();
  /** Jobs that came back (retry, snooze, release, expired lease), until they are due. */
  #returned: JobRecord[] = [];
  /** Jobs that were lost too often. */
  readonly #failed = new Map<string, JobRecord>();
  #wake = new AbortController();
  #closed = false;
  /** Of no other adapter of the same queue. */
  readonly #tokenPrefix = crypto.randomUUID();
  #leaseCount = 0;

  /** @param name For errors. */
  constructor(name: string, queue: BasicQueue, clock: Clock = systemClock) {
    this.#name = name;
    this.#queue = queue;
    this.#clock = clock;
    const claimed = (queue as { capabilities?: Iterable<QueueCapability> }).capabilities ?? [];
    this.capabilities = new Set([...claimed].filter((capability) => KEPT.includes(capability)));
  }

  /** @throws {NuvomError} `NUVOM_QUEUE_NO_DELAY`, `NUVOM_QUEUE_NO_UNIQUE` before anything is added. */
  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    for (const job of jobs) this.#refuseUnkept(job);
    const now = this.#clock.now();
    for (const job of jobs) await this.#queue.enqueue(newRecord(job, now));
    this.#ring();
    return jobs.map(({ id }) => ({ id, duplicate: false }));
  }

  async lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const until = this.#clock.now() + request.waitMs;
    let pause: number = PAUSES.first;
    while (!this.#closed) {
      const jobs = await this.#take(request);
      const left = request.signal?.aborted ? 0 : until - this.#clock.now();
      if (jobs.length > 0 || left <= 0) return await this.#handOut(jobs, request);
      if (await this.#waitForJob(left, pause)) pause = PAUSES.first;
      else pause = Math.min(pause * 2, PAUSES.longest);
    }
    return [];
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    const until = this.#clock.now() + leaseMs;
    const lost: string[] = [];
    for (const lease of leases) {
      const held = this.#live(lease);
      if (held === undefined) lost.push(lease.id);
      else held.until = until;
    }
    return Promise.resolve({ lost, cancelled: [] });
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    const statuses = settlements.map((settlement) => this.#settleOne(settlement));
    this.#ring();
    return Promise.resolve(statuses);
  }

  async qsize(queue?: string): Promise<number> {
    if (queue === undefined) return await this.#queue.qsize() + this.#returned.length;
    const row = (await this.stats()).find((stats) => stats.queue === queue);
    return row === undefined ? 0 : row.pending + row.scheduled + row.retrying;
  }

  /** @throws {NuvomError} `NUVOM_QUEUE_UNSUPPORTED` for one queue: a basic queue would clear all of them. */
  async clear(queue?: string): Promise<number> {
    if (queue !== undefined) throw this.#unsupported("names of queues, so it can't clear one of them");
    const before = await this.qsize();
    this.#returned = [];
    await this.#queue.clear();
    return before;
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    const returned = new Map(this.#returned.map((job) => [job.id, job]));
    return Promise.resolve(ids.map((id) => {
      const held = this.#leases.get(id)?.job;
      return held === undefined ? returned.get(id) ?? this.#failed.get(id) ?? null : plain(held);
    }));
  }

  /** A basic queue does not tell its queues apart: all that waits in it is counted under the name of the first known. */
  async stats(): Promise<QueueStats[]> {
    const now = this.#clock.now();
    const later = this.#returned.filter(({ runAt }) => runAt > now);
    const retrying = later.filter(({ attempts }) => attempts > 0).length;
    const pending = await this.#queue.qsize() + this.#returned.length - later.length;
    const running = this.#leases.size;
    if (pending + later.length + running === 0) return [];
    const scheduled = later.length - retrying;
    return [{ queue: "default", pending, scheduled, retrying, running, paused: false, oldestAt: null }];
  }

  async busy(): Promise<boolean> {
    return (await this.stats()).some(({ pending, running, retrying }) => pending + running + retrying > 0);
  }

  cancel(): Promise<never> {
    return Promise.reject(this.#unsupported("cancel"));
  }

  pause(): Promise<never> {
    return Promise.reject(this.#unsupported("pause"));
  }

  resume(): Promise<never> {
    return Promise.reject(this.#unsupported("resume"));
  }

  /** What is held goes back into the queue: a clean stop loses nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#ring();
    const now = this.#clock.now();
    const left = [...this.#returned, ...[...this.#leases.values()].map(({ job }) => released(job, now))];
    this.#returned = [];
    this.#leases.clear();
    await this.#putBack(left);
  }

  #refuseUnkept(job: NewJob): void {
    if (job.delayMs > 0 && !this.capabilities.has("delay")) {
      throw new NuvomError("NUVOM_QUEUE_NO_DELAY", {
        what: `The queue backend "${this.#name}" keeps no delays, so job ${job.id} can't wait ${job.delayMs} ms in it.`,
        mend: "Enqueue it without a delay, or use another backend such as sqlite.",
      });
    }
    if (job.uniqueKey !== null) {
      throw new NuvomError("NUVOM_QUEUE_NO_UNIQUE", {
        what: `The queue backend "${this.#name}" keeps no unique keys, so job ${job.id} can't hold one in it.`,
        mend: "Enqueue it without a unique key, or use another backend such as sqlite.",
      });
    }
  }

  async #take({ limit, queues }: LeaseRequest): Promise<JobRecord[]> {
    this.#returnExpired();
    const now = this.#clock.now();
    const jobs = this.#returned.filter((job) => job.runAt <= now && matches(job, queues)).slice(0, limit);
    const taken = new Set(jobs);
    this.#returned = this.#returned.filter((job) => !taken.has(job));
    while (jobs.length < limit) {
      const popped = await this.#pop(limit - jobs.length, jobs);
      if (popped.length === 0) break;
      // A basic queue knows no names of queues: what was not asked for waits here for someone who asks.
      for (const job of popped) (matches(job, queues) ? jobs : this.#returned).push(job);
    }
    return jobs;
  }

  /** What was taken before stays here when the queue fails now. */
  async #pop(size: number, taken: readonly JobRecord[]): Promise<JobRecord[]> {
    try {
      return await this.#queue.popBatch(size);
    } catch (error) {
      this.#returned.push(...taken);
      throw error;
    }
  }

  /** Waits in `dequeue`, and for a pause where that does not wait. Answers whether a job came. */
  async #waitForJob(left: number, pause: number): Promise<boolean> {
    const askedAt = this.#clock.now();
    const { signal } = this.#wake;
    const ms = Math.max(0, Math.min(left, LONGEST_DEQUEUE_MS, this.#nextDue(askedAt) - askedAt));
    const job = await this.#queue.dequeue(ms);
    if (job !== null && job !== undefined) {
      if (this.#closed) await this.#putBack([job]);
      else this.#returned.push(job);
      return true;
    }
    if (this.#clock.now() - askedAt < ms / 2) await sleep(this.#clock, Math.min(ms, pause), signal);
    return false;
  }

  /** When something held here next becomes ready by itself. */
  #nextDue(now: number): number {
    let next = Infinity;
    for (const { runAt } of this.#returned) if (runAt > now) next = Math.min(next, runAt);
    for (const { until } of this.#leases.values()) if (until > now) next = Math.min(next, until);
    return next;
  }

  async #handOut(jobs: readonly JobRecord[], request: LeaseRequest): Promise<LeasedJob[]> {
    if (!this.#closed) return jobs.map((job) => this.#hold(job, request));
    await this.#putBack(jobs);
    return [];
  }

  #hold(job: JobRecord, request: LeaseRequest): LeasedJob {
    const leased = leasedRecord(job, request, `${this.#tokenPrefix}.${++this.#leaseCount}`, this.#clock.now());
    this.#leases.set(job.id, { job: leased, until: leased.leaseUntil });
    return leased;
  }

  /** A lease that ran out is live until its job is given on. */
  #live({ id, token }: LeaseRef): Held | undefined {
    const held = this.#leases.get(id);
    return held?.job.token === token ? held : undefined;
  }

  #settleOne(settlement: Settlement): SettleStatus {
    const held = this.#live(settlement);
    if (held === undefined) return "stale";
    this.#leases.delete(settlement.id);
    const after = settledRecord(held.job, settlement, this.#clock.now());
    if (!isFinished(after)) this.#returned.push(after);
    return "settled";
  }

  #returnExpired(): void {
    const now = this.#clock.now();
    for (const [id, { job, until }] of this.#leases) {
      if (until > now) continue;
      this.#leases.delete(id);
      const after = rescuedRecord(job, now);
      if (isFinished(after)) this.#failed.set(id, after);
      else this.#returned.push(after);
    }
  }

  async #putBack(jobs: readonly JobRecord[]): Promise<void> {
    for (const job of jobs) await this.#queue.enqueue(job);
  }

  #ring(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  #unsupported(what: string): NuvomError {
    return new NuvomError("NUVOM_QUEUE_UNSUPPORTED", {
      what: `The queue backend "${this.#name}" knows no ${what}.`,
      mend: "Use another backend such as sqlite.",
    });
  }
}

function matches(job: JobRecord, queues: readonly string[] | null): boolean {
  return queues === null || queues.includes(job.queue);
}

function released(job: LeasedJob, now: number): JobRecord {
  return settledRecord(job, { id: job.id, token: job.token, action: "release" }, now);
}

function plain({ token: _token, leaseUntil: _leaseUntil, ...job }: LeasedJob): JobRecord {
  return job;
}
