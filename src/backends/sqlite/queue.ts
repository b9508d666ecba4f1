/** The SQLite queue: durable, shared by the processes of one machine. @module */

import type {
  CancelStatus,
  EnqueueReceipt,
  JobRecord,
  LeasedJob,
  LeaseRef,
  LeaseRequest,
  NewJob,
  QueueBackend,
  QueueCapability,
  QueueStats,
  RenewReport,
  Settlement,
  SettleStatus,
} from "../../core/mod.ts";
import { cancelledByUser } from "../errors.ts";
import { takeReady } from "./lease.ts";
import { fromToken, INSERT, insertValues, type JobRow, toRecord } from "./rows.ts";
import { STATE } from "./schema.ts";
import { settleOne } from "./settle.ts";
import type { SqliteStore } from "./store.ts";

/** Without any wake-up a waiting lease looks again after this long. */
const LOOK_AGAIN_MS = 2_000;

const WAITING = `state IN (${STATE.pending}, ${STATE.scheduled}, ${STATE.retrying})`;

/** Everything that the contract knows. */
export class SqliteQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set<QueueCapability>([
    "delay",
    "priority",
    "fifo",
    "lease",
    "durable",
    "shared",
    "unique",
    "atomic_batch",
    "pause",
    "cancel",
    "inspect",
    "namespace",
  ]);
  readonly store: string;
  readonly #store: SqliteStore;
  readonly #knownQueues = new Set<string>();
  readonly #closing = new AbortController();

  /** @param store Shared with the results; closed by its owner. */
  constructor(store: SqliteStore) {
    this.#store = store;
    this.store = store.name;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    const now = this.#store.clock.now();
    const receipts = this.#store.write(() => jobs.map((job) => this.#insert(job, now)));
    jobs.forEach(({ queue }) => this.#knownQueues.add(queue));
    this.#store.wake.ring();
    return receipts;
  }

  async lease(request: LeaseRequest): Promise<LeasedJob[]> {
    const { clock, wake } = this.#store;
    const signals = request.signal === undefined ? [this.#closing.signal] : [this.#closing.signal, request.signal];
    const signal = AbortSignal.any(signals);
    const until = clock.now() + request.waitMs;
    while (!signal.aborted) {
      const { jobs, nextDue } = takeReady(this.#store, request);
      const now = clock.now();
      if (jobs.length > 0 || now >= until) return jobs;
      this.#store.watch();
      await wake.wait(clock, Math.max(0, Math.min(until, nextDue, now + LOOK_AGAIN_MS) - now), signal);
    }
    return [];
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    if (leases.length === 0) return { lost: [], cancelled: [] };
    const until = this.#store.clock.now() + leaseMs;
    return this.#store.write(() => {
      const lost = leases.filter(({ token }) => !this.#isLive(token)).map(({ id }) => id);
      const gone = new Set(lost);
      const batches = new Set(leases.filter(({ id }) => !gone.has(id)).map(({ token }) => fromToken(token).lease));
      for (const batch of batches) this.#store.run("UPDATE leases SET until = ? WHERE id = ?", until, batch);
      const asked = new Set(
        this.#store.all<{ id: string }>("SELECT id FROM jobs WHERE cancel = 1").map(({ id }) => id),
      );
      return { lost, cancelled: leases.filter(({ id }) => asked.has(id) && !gone.has(id)).map(({ id }) => id) };
    });
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    const now = this.#store.clock.now();
    const statuses = this.#store.write(() => settlements.map((one) => settleOne(this.#store, one, now)));
    // Only what came back is work for someone.
    if (settlements.some(({ action }) => action !== "succeed" && action !== "fail")) this.#store.wake.ring();
    return statuses;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async qsize(queue?: string): Promise<number> {
    return this.#store.read(() => this.#countWaiting(queue));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async clear(queue?: string): Promise<number> {
    return this.#store.write(() =>
      queue === undefined
        ? this.#store.run(`DELETE FROM jobs WHERE ${WAITING}`)
        : this.#store.run(`DELETE FROM jobs WHERE ${WAITING} AND queue = ?`, queue)
    );
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    return this.#store.read(() =>
      ids.map((id) => {
        const row = this.#store.get<JobRow>("SELECT * FROM jobs WHERE id = ?", id);
        return row === undefined ? null : toRecord(row);
      })
    );
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async stats(): Promise<QueueStats[]> {
    return this.#store.read(() => {
      const rows = new Map<string, { -readonly [K in keyof QueueStats]: QueueStats[K] }>();
      const count = (state: number) =>
        this.#store.all<{ queue: string; n: number; oldest: number }>(
          `SELECT queue, count(*) AS n, min(run_at) AS oldest FROM jobs WHERE state = ${state} GROUP BY queue`,
        );
      const row = (queue: string) => {
        const found = rows.get(queue) ??
          { queue, pending: 0, scheduled: 0, retrying: 0, running: 0, paused: false, oldestAt: null };
        rows.set(queue, found);
        return found;
      };
      for (const name of this.#pausedQueues()) row(name).paused = true;
      for (const { queue, n, oldest } of count(STATE.pending)) {
        Object.assign(row(queue), { pending: n, oldestAt: oldest });
      }
      for (const { queue, n } of count(STATE.scheduled)) row(queue).scheduled = n;
      for (const { queue, n } of count(STATE.retrying)) row(queue).retrying = n;
      for (const { queue, n } of count(STATE.running)) row(queue).running = n;
      return [...rows.values()];
    });
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async cancel(ids: readonly string[]): Promise<CancelStatus[]> {
    const now = this.#store.clock.now();
    return this.#store.write(() => ids.map((id) => this.#cancelOne(id, now)));
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async pause(queue: string): Promise<void> {
    this.#setPaused(queue, 1);
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async resume(queue: string): Promise<void> {
    this.#setPaused(queue, 0);
    this.#store.wake.ring();
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  #insert(job: NewJob, now: number): EnqueueReceipt {
    if (!this.#knownQueues.has(job.queue)) {
      this.#store.run("INSERT INTO queues (name) VALUES (?) ON CONFLICT DO NOTHING", job.queue);
    }
    const holder = job.uniqueKey === null ? null : this.#holderOf(job.uniqueKey, now);
    if (holder !== null) return { id: holder, duplicate: true };
    if (this.#store.run(INSERT, ...insertValues(job, now)) === 0) return { id: job.id, duplicate: true };
    if (job.uniqueKey !== null) {
      const sql = "INSERT OR REPLACE INTO unique_keys (key, id, until) VALUES (?, ?, ?)";
      this.#store.run(sql, job.uniqueKey, job.id, now + job.uniqueForMs);
    }
    return { id: job.id, duplicate: false };
  }

  #holderOf(key: string, now: number): string | null {
    const sql = `SELECT unique_keys.id FROM unique_keys LEFT JOIN jobs ON jobs.id = unique_keys.id
      WHERE key = ? AND (until > ? OR (jobs.id IS NOT NULL AND jobs.finished_at IS NULL))`;
    return this.#store.get<{ id: string }>(sql, key, now)?.id ?? null;
  }

  #isLive(token: string): boolean {
    const { seq, lease } = fromToken(token);
    const sql = `SELECT 1 FROM jobs WHERE seq = ? AND lease = ? AND state = ${STATE.running}`;
    return this.#store.get(sql, seq, lease) !== undefined;
  }

  #countWaiting(queue?: string): number {
    const row = queue === undefined
      ? this.#store.get<{ n: number }>(`SELECT count(*) AS n FROM jobs WHERE ${WAITING}`)
      : this.#store.get<{ n: number }>(`SELECT count(*) AS n FROM jobs WHERE ${WAITING} AND queue = ?`, queue);
    return row!.n;
  }

  #pausedQueues(): string[] {
    return this.#store.all<{ name: string }>("SELECT name FROM queues WHERE paused = 1").map(({ name }) => name);
  }

  #setPaused(queue: string, paused: 0 | 1): void {
    const sql =
      "INSERT INTO queues (name, paused) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET paused = excluded.paused";
    this.#store.write(() => this.#store.run(sql, queue, paused));
  }

  #cancelOne(id: string, now: number): CancelStatus {
    const row = this.#store.get<{ seq: number; state: number }>("SELECT seq, state FROM jobs WHERE id = ?", id);
    if (row === undefined) return "unknown";
    if (row.state === STATE.running) {
      this.#store.run("UPDATE jobs SET cancel = 1 WHERE seq = ?", row.seq);
      return "requested";
    }
    if (row.state === STATE.success || row.state === STATE.failed || row.state === STATE.cancelled) return "finished";
    const sql = `UPDATE jobs SET state = ${STATE.cancelled}, finished_at = ?, error = ? WHERE seq = ?`;
    this.#store.run(sql, now, JSON.stringify(cancelledByUser(id)), row.seq);
    return "cancelled";
  }
}
