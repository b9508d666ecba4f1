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

/** How often an empty queue is asked again while a lease waits, in milliseconds: the first and the longest pause. */
const PAUSES = { first: 5, longest: 250 } as const;

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
  readonly #closing = new AbortController();
  #leaseCount = 0;

  /** @param name For errors. */
  constructor(name: string, queue: BasicQueue, clock: Clock = systemClock) {
    this.#name = name;
    this.#queue = queue;
    this.#clock = clock;
    this.capabilities = new Set((queue as { capabilities?: readonly QueueCapability[] }).capabilities ?? []);
  }

  /** @throws {NuvomError} `NUVOM_QUEUE_NO_DELAY`, `NUVOM_QUEUE_NO_UNIQUE` before anything is added. */
  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    for (const job of jobs) this.#refuseUnkept(job);
    const now = this.#clock.now();
    for (const job of jobs) await this.#queue.enqueue(newRecord(job, now));
    return jobs.map(({ id }) => ({ id, duplicate: false }));
  }

  async lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const until = this.#clock.now() + request.waitMs;
    for (let pause: number = PAUSES.first;; pause = Math.min(pause * 2, PAUSES.longest)) {
      const jobs = await this.#take(request);
      const left = until - this.#clock.now();
      if (jobs.length > 0 || left <= 0 || this.#closing.signal.aborted) {
        return jobs.map((job) => this.#hold(job, request));
      }
      await sleep(this.#clock, Math.min(pause, left), this.#closing.signal);
    }
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    const lost = leases.filter((lease) => !this.#live(lease)).map(({ id }) => id);
    for (const lease of leases) {
      const held = this.#live(lease);
      if (held !== undefined) held.until = this.#clock.now() + leaseMs;
    }
    return Promise.resolve({ lost, cancelled: [] });
  }

  settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    return Promise.resolve(settlements.map((settlement) => this.#settleOne(settlement)));
  }

  async qsize(queue?: string): Promise<number> {
    if (queue !== undefined) return (await this.stats()).find((stats) => stats.queue === queue)?.pending ?? 0;
    return await this.#queue.qsize() + this.#returned.length;
  }

  async clear(): Promise<number> {
    const before = await this.qsize();
    this.#returned = [];
    const answered = await this.#queue.clear();
    return typeof answered === "number" ? Math.max(answered, before) : before;
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    const returned = new Map(this.#returned.map((job) => [job.id, job]));
    return Promise.resolve(ids.map((id) => this.#leases.get(id)?.job ?? returned.get(id) ?? null));
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
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const now = this.#clock.now();
    const left = [...this.#returned, ...[...this.#leases.values()].map(({ job }) => released(job, now))];
    this.#returned = [];
    this.#leases.clear();
    for (const job of left) await this.#queue.enqueue(job);
  }

  #refuseUnkept(job: NewJob): void {
    if (job.delayMs > 0) {
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
    const due = this.#returned.filter((job) => job.runAt <= now && matches(job, queues)).slice(0, limit);
    const taken = new Set(due);
    this.#returned = this.#returned.filter((job) => !taken.has(job));
    const popped = due.length < limit ? await this.#queue.popBatch(limit - due.length) : [];
    // A basic queue knows no names of queues: what was not asked for waits here for someone who asks.
    const others = popped.filter((job) => !matches(job, queues));
    this.#returned.push(...others);
    return [...due, ...popped.filter((job) => matches(job, queues))];
  }

  #hold(job: JobRecord, request: LeaseRequest): LeasedJob {
    const leased = leasedRecord(job, request, `${job.id}.${++this.#leaseCount}`, this.#clock.now());
    this.#leases.set(job.id, { job: leased, until: leased.leaseUntil });
    return leased;
  }

  #live({ id, token }: LeaseRef): Held | undefined {
    const held = this.#leases.get(id);
    return held?.job.token === token && held.until > this.#clock.now() ? held : undefined;
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
      this.#returned.push(rescuedRecord(job, now));
    }
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
