/** A queue in a SQLite file, whose plugin may be killed at any moment: the smallest that keeps every promise it makes. */

import { DatabaseSync } from "node:sqlite";
import type {
  EnqueueReceipt,
  JobRecord,
  LeasedJob,
  LeaseRef,
  LeaseRequest,
  NewJob,
  Plugin,
  QueueBackend,
  QueueCapability,
  QueueStats,
  RenewReport,
  Settlement,
  SettleStatus,
} from "nuvom";

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, run_at INTEGER NOT NULL, record TEXT NOT NULL,
    token TEXT, lease_until INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0
  )`;
const POLL_MS = 20;

class DurableQueue implements QueueBackend {
  readonly capabilities: ReadonlySet<QueueCapability> = new Set(["durable", "lease", "shared", "delay", "inspect"]);
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    this.#db.exec(SCHEMA);
  }

  async enqueue(jobs: readonly NewJob[]): Promise<EnqueueReceipt[]> {
    const insert = this.#db.prepare("INSERT OR IGNORE INTO jobs (id, queue, run_at, record) VALUES (?, ?, ?, ?)");
    return await this.#transaction(() =>
      jobs.map((job) => {
        const runAt = Date.now() + job.delayMs;
        const added = insert.run(job.id, job.queue, runAt, JSON.stringify(newRecord(job, runAt)));
        return { id: job.id, duplicate: added.changes === 0 };
      })
    );
  }

  async lease({ limit, leaseMs, waitMs, workerId }: LeaseRequest): Promise<LeasedJob[]> {
    for (const end = Date.now() + waitMs;;) {
      const jobs = this.#take(limit, leaseMs, workerId);
      if (jobs.length > 0 || Date.now() >= end) return jobs;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  async renew(leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
    const update = this.#db.prepare("UPDATE jobs SET lease_until = ? WHERE id = ? AND token = ?");
    const until = Date.now() + leaseMs;
    const lost = await this.#transaction(() =>
      leases.filter(({ id, token }) => update.run(until, id, token).changes === 0).map(({ id }) => id)
    );
    return { lost, cancelled: [] };
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleStatus[]> {
    return await this.#transaction(() => settlements.map((settlement) => this.#settle(settlement)));
  }

  async qsize(queue?: string): Promise<number> {
    return (await this.stats()).filter((row) => queue === undefined || row.queue === queue)
      .reduce((sum, { pending, scheduled, retrying }) => sum + pending + scheduled + retrying, 0);
  }

  clear(): Promise<number> {
    return Promise.resolve(Number(this.#db.prepare("DELETE FROM jobs WHERE token IS NULL").run().changes));
  }

  inspect(ids: readonly string[]): Promise<(JobRecord | null)[]> {
    const find = this.#db.prepare("SELECT record FROM jobs WHERE id = ?");
    return Promise.resolve(ids.map((id) => {
      const row = find.get(id);
      return row === undefined ? null : JSON.parse(String(row.record));
    }));
  }

  async busy(queues: readonly string[] | null): Promise<boolean> {
    const rows = (await this.stats()).filter(({ queue }) => queues === null || queues.includes(queue));
    return rows.some(({ pending, running, retrying }) => pending + running + retrying > 0);
  }

  stats(): Promise<QueueStats[]> {
    const rows = this.#db.prepare(
      `SELECT queue, SUM(token IS NOT NULL) AS running, SUM(token IS NULL AND run_at <= ?1) AS pending,
        SUM(token IS NULL AND run_at > ?1 AND attempts = 0) AS scheduled,
        SUM(token IS NULL AND run_at > ?1 AND attempts > 0) AS retrying, MIN(run_at) AS oldest
      FROM jobs GROUP BY queue`,
    ).all(Date.now());
    return Promise.resolve(rows.map(({ queue, running, pending, scheduled, retrying, oldest }) => ({
      queue: String(queue),
      running: Number(running),
      pending: Number(pending),
      scheduled: Number(scheduled),
      retrying: Number(retrying),
      paused: false,
      oldestAt: Number(pending) === 0 ? null : Number(oldest),
    })));
  }

  cancel(): Promise<never> {
    return Promise.reject(new Error("it can't cancel"));
  }
  pause(): Promise<never> {
    return Promise.reject(new Error("it can't pause"));
  }
  resume(): Promise<never> {
    return Promise.reject(new Error("it can't pause"));
  }

  close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
    return Promise.resolve();
  }

  #take(limit: number, leaseMs: number, workerId: string): LeasedJob[] {
    const now = Date.now();
    const rows = this.#db.prepare(
      `UPDATE jobs SET token = hex(randomblob(8)), lease_until = ?1 + ?2, attempts = attempts + (token IS NULL)
      WHERE id IN (SELECT id FROM jobs WHERE (token IS NULL AND run_at <= ?1) OR (token IS NOT NULL AND lease_until < ?1)
        ORDER BY run_at LIMIT ?3)
      RETURNING record, token, lease_until, attempts`,
    ).all(now, leaseMs, limit);
    return rows.map(({ record, token, lease_until, attempts }) => ({
      ...JSON.parse(String(record)),
      state: "RUNNING",
      startedAt: now,
      workerId,
      attempts: Number(attempts),
      token: String(token),
      leaseUntil: Number(lease_until),
    }));
  }

  #settle(settlement: Settlement): SettleStatus {
    const { id, token, action } = settlement;
    const where = "WHERE id = ? AND token = ?";
    const done = action === "succeed" || action === "fail" || action === "cancel"
      ? this.#db.prepare(`DELETE FROM jobs ${where}`).run(id, token)
      : this.#db.prepare(`UPDATE jobs SET token = NULL, run_at = ?, attempts = attempts - ? ${where}`)
        .run(Date.now() + (action === "release" ? 0 : settlement.delayMs), action === "retry" ? 0 : 1, id, token);
    return done.changes === 0 ? "stale" : "settled";
  }

  // deno-lint-ignore require-await -- what fails must reject
  async #transaction<T>(work: () => T): Promise<T> {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

function newRecord(job: NewJob, runAt: number): JobRecord {
  return {
    ...job,
    state: "PENDING",
    createdAt: Date.now(),
    runAt,
    attempts: 0,
    losses: 0,
    startedAt: null,
    finishedAt: null,
    workerId: null,
    result: null,
    error: null,
    errors: [],
  };
}

export default {
  name: "durable",
  provides: ["queue_backend"],
  settings: { path: { type: "string", required: true } },
  start(settings, context) {
    context!.registerQueueBackend("durable", () => new DurableQueue(String(settings.path)));
  },
  stop() {},
} satisfies Plugin;
