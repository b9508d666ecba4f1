/** The queue: everything that the contract knows, by a script each. @module */

import {
  type CancelStatus,
  checkJobs,
  type EnqueueReceipt,
  type JobRecord,
  type JobReport,
  type JobTrace,
  type LeasedJob,
  type LeaseRef,
  type LeaseRequest,
  MAX_JOB_ERRORS,
  MAX_JOB_LOG,
  MAX_LEASE_LOSSES,
  type NewJob,
  type PruneRequest,
  QUEUE_CAPABILITIES,
  type QueueBackend,
  type QueueCapability,
  type QueueStats,
  type RenewReport,
  type RetryStatus,
  type Settlement,
  type SettleStatus,
} from "nuvom";
import type { Connection } from "./connection.ts";
import { Ear } from "./ear.ts";
import { groupsOf, settlementValues } from "./orders.ts";
import { pruneFinished } from "./prune.ts";
import { jobRecord, leasedJob, type Past } from "./records.ts";
import { reportValues, traceOf } from "./traces.ts";
import { wire } from "./wire.ts";

/** Without any wake-up a waiting lease looks again after this long. */
const LOOK_AGAIN_MS = 2_000;
/** Jobs that are removed with one script: others get their turn in between. */
const CLEARED_AT_ONCE = 2_000;
/** Between the jobs of a lease; see the script. */
const BETWEEN = "\x1e";

const CANCEL_STATUSES: Readonly<Record<string, CancelStatus>> = {
  c: "cancelled",
  r: "requested",
  f: "finished",
  u: "unknown",
};
const RETRY_STATUSES: Readonly<Record<string, RetryStatus>> = {
  r: "retried",
  w: "waiting",
  s: "succeeded",
  d: "duplicate",
  u: "unknown",
};

/** Jobs of one namespace. */
export class RedisQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set(QUEUE_CAPABILITIES);
  readonly store: string;
  readonly #connection: Connection;
  readonly #keys: string;
  readonly #closing = new AbortController();
  readonly #ears = new Set<Ear>();
  /** In front of the tokens: nobody else has it. */
  readonly #client = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  #leases = 0;
  #listening: Promise<() => Promise<void>> | undefined;

  /** @param keys What all keys of the namespace begin with. */
  constructor(connection: Connection, keys: string) {
    this.#connection = connection;
    this.#keys = keys;
    this.store = keys;
  }

  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    if (jobs.length === 0) return [];
    checkJobs(jobs);
    const answer = await this.#run("enqueue", wire(groupsOf(jobs)));
    const receipts = jobs.map(({ id }) => ({ id, duplicate: false }));
    if (answer === "") return receipts;
    const duplicates: (number | string)[] = JSON.parse(answer);
    for (let at = 0; at < duplicates.length; at += 2) {
      receipts[Number(duplicates[at])] = { id: String(duplicates[at + 1]), duplicate: true };
    }
    return receipts;
  }

  async lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const until = performance.now() + request.waitMs;
    if (request.waitMs > 0) await this.#listen();
    const signal = request.signal === undefined
      ? this.#closing.signal
      : AbortSignal.any([this.#closing.signal, request.signal]);
    const ear = new Ear(request.queues);
    this.#ears.add(ear);
    try {
      while (!signal.aborted) {
        ear.reset();
        const { jobs, dueInMs } = await this.#take(request);
        const left = until - performance.now();
        if (jobs.length > 0 || left <= 0) return jobs;
        await ear.wait(Math.min(left, dueInMs, LOOK_AGAIN_MS), signal);
      }
      return [];
    } finally {
      this.#ears.delete(ear);
    }
  }

  async renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    if (leases.length === 0) return { lost: [], cancelled: [] };
    const letters = await this.#run("renew", Math.ceil(leaseMs), wire(leases.flatMap(({ id, token }) => [id, token])));
    const marked = (letter: string) => leases.flatMap(({ id }, index) => letters[index] === letter ? [id] : []);
    return { lost: marked("l"), cancelled: marked("c") };
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    if (settlements.length === 0) return [];
    const letters = await this.#run("settle", MAX_JOB_ERRORS, wire(settlements.flatMap(settlementValues)));
    return settlements.map((_, index) => letters[index] === "s" ? "settled" : "stale");
  }

  async qsize(queue?: string): Promise<number> {
    return Number(await this.#run("qsize", wire(queue === undefined ? null : [queue])));
  }

  async clear(queue?: string): Promise<number> {
    let removed = 0;
    while (true) {
      const some = Number(await this.#run("clear", wire(queue === undefined ? null : [queue]), CLEARED_AT_ONCE));
      removed += some;
      if (some < CLEARED_AT_ONCE) return removed;
    }
  }

  async inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    if (ids.length === 0) return [];
    const [now, ...texts]: [number, ...string[]] = JSON.parse(await this.#run("inspect", wire(ids)));
    return ids.map((id, index) => jobRecord(id, texts.slice(index * 3, index * 3 + 3), now));
  }

  async stats(): Promise<QueueStats[]> {
    const values = listOf<string | number>(JSON.parse(await this.#run("stats")));
    return Array.from({ length: values.length / 7 }, (_, index) => {
      const [queue, paused, pending, scheduled, retrying, running, oldestAt] = values.slice(index * 7) as [
        string,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      return {
        queue,
        paused: paused === 1,
        pending,
        scheduled,
        retrying,
        running,
        oldestAt: oldestAt < 0 ? null : oldestAt,
      };
    });
  }

  async busy(queues: readonly string[] | null): Promise<boolean> {
    if (queues?.length === 0) return false;
    return Number(await this.#run("busy", wire(queues))) === 1;
  }

  async cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    if (ids.length === 0) return [];
    return [...await this.#run("cancel", wire(ids))].map((letter) => CANCEL_STATUSES[letter]!);
  }

  async retry(ids: readonly string[]): Promise<RetryStatus[]> {
    if (ids.length === 0) return [];
    return [...await this.#run("retry", MAX_JOB_ERRORS, wire(ids))].map((letter) => RETRY_STATUSES[letter]!);
  }

  async pause(queue: string): Promise<void> {
    await this.#run("pause", queue);
  }

  async resume(queue: string): Promise<void> {
    await this.#run("resume", queue);
  }

  async report(reports: readonly JobReport[]): Promise<void> {
    if (reports.length > 0) await this.#run("report", MAX_JOB_LOG, wire(reports.flatMap(reportValues)));
  }

  async traces(ids: readonly string[]): Promise<(JobTrace | null)[]> {
    if (ids.length === 0) return [];
    return (JSON.parse(await this.#run("traces", wire(ids))) as string[]).map(traceOf);
  }

  prune(request: PruneRequest): Promise<number> {
    return pruneFinished(this.#connection, this.#keys, request);
  }

  /** The connection is its owner's. */
  async close(): Promise<void> {
    this.#closing.abort();
    const listening = this.#listening;
    this.#listening = undefined;
    await (await listening?.catch(() => undefined))?.();
  }

  async #take({ limit, leaseMs, workerId, queues, weights }: LeaseRequest) {
    const lease = Math.ceil(leaseMs);
    const stamp = `${this.#client}.${(++this.#leases).toString(36)}.`;
    const shares = queues === null || weights === undefined ? null : weights;
    const rest = [wire(queues === null ? null : [...new Set(queues)]), wire(shares), Math.random()];
    const values = [limit, lease, workerId, stamp, MAX_LEASE_LOSSES, ...rest];
    const [header, kept] = await this.#connection.run<[string, string]>("lease", this.#keys, ...values);
    const [now, due, ids = [], pasts = []]: [number, number, string[]?, Past[]?] = JSON.parse(header);
    const parts = { workerId, now, until: now + lease };
    const past = new Map(listOf(pasts).map((one) => [one[0], one]));
    const texts = kept.split(BETWEEN);
    const jobs = listOf<string>(ids).map((id, index) =>
      leasedJob(id, texts[index]!, `${stamp}${index + 1}`, parts, past.get(index))
    );
    // One more: timers of this machine may be early by the server's clock.
    return { jobs, dueInMs: due < 0 ? Infinity : Math.max(0, due - now) + 1 };
  }

  #run(script: Parameters<Connection["run"]>[0], ...values: (string | number)[]): Promise<string> {
    return this.#connection.run(script, this.#keys, ...values);
  }

  /** Before the first look: what becomes ready after it must be heard. */
  async #listen(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#listening ??= this.#connection.listen(this.#keys, (queue) => {
      for (const ear of this.#ears) ear.hear(queue);
    });
    try {
      await this.#listening;
    } catch (error) {
      this.#listening = undefined;
      throw error;
    }
  }
}

/** An empty list is an object to Lua. */
function listOf<T>(value: readonly T[] | object): readonly T[] {
  return Array.isArray(value) ? value : [];
}
