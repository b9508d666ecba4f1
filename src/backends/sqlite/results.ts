/** The SQLite results: finished jobs, read from the rows that the queue's settle left. @module */

import type { ErrorData, FinishedJob, PruneRequest, ResultBackend, ResultQuery } from "../../core/mod.ts";
import { Endings, forgetEnding, lastEnded } from "./endings.ts";
import { pruneFinished } from "./prune.ts";
import { COLUMNS, finalState, type JobRow, rowsOf, toRecord } from "./rows.ts";
import type { SqliteStore } from "./store.ts";

const UPSERT = `INSERT OR REPLACE INTO jobs (id, task, args, queue, priority, state, run_at, created_at, delay_ms,
  max_attempts, retry_delay_ms, timeout_ms, timeout_policy, store_result, unique_key, unique_for_ms, attempts, losses,
  started_at, finished_at, worker, result, error, errors)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq`;

const ENDED = "SELECT seq, state, finished_at AS at FROM jobs WHERE id = ? AND finished_at IS NOT NULL";

/** Also takes the finished jobs of other queues. */
export class SqliteResults implements ResultBackend {
  readonly store: string;
  readonly #store: SqliteStore;

  /** @param store Shared with the queue; closed by its owner. */
  constructor(store: SqliteStore) {
    this.#store = store;
    this.store = store.name;
  }

  setResult(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setError(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async setMany(jobs: readonly FinishedJob[]): Promise<void> {
    this.#store.write(() => jobs.forEach((job) => this.#set(job)));
    this.#store.wake.ring();
  }

  async getResult(id: string): Promise<string | null> {
    return (await this.getFull(id))?.result ?? null;
  }

  async getError(id: string): Promise<ErrorData | null> {
    return (await this.getFull(id))?.error ?? null;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async getFull(id: string): Promise<FinishedJob | null> {
    const sql = `SELECT ${COLUMNS} FROM jobs WHERE id = ? AND finished_at IS NOT NULL`;
    const [row] = this.#store.read(() => this.#store.rows<JobRow>(sql, id));
    return row === undefined ? null : toRecord(row) as FinishedJob;
  }

  // deno-lint-ignore require-await -- a rejection, not a throw
  async listJobs(query: ResultQuery): Promise<FinishedJob[]> {
    const rows = this.#store.readTogether(() => rowsOf(this.#store, lastEnded(this.#store, query)));
    return rows.map((row) => toRecord(row) as FinishedJob);
  }

  prune(request: PruneRequest): Promise<number> {
    return pruneFinished(this.#store, request);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #set(job: FinishedJob): void {
    const old = this.#store.get<{ seq: number; state: number; at: number }>(ENDED, job.id);
    if (old !== undefined) forgetEnding(this.#store, old.at, old.state, old.seq);
    const { seq } = this.#store.get<{ seq: number }>(UPSERT, ...values(job))!;
    const endings = new Endings(job.finishedAt);
    endings.add(finalState(job.state), seq);
    endings.write(this.#store);
  }
}

function values(job: FinishedJob): (string | number | null)[] {
  return [
    job.id,
    job.task,
    job.args,
    job.queue,
    job.priority,
    finalState(job.state),
    job.runAt,
    job.createdAt,
    job.delayMs,
    job.maxAttempts,
    job.retryDelayMs,
    job.timeoutMs,
    job.timeoutPolicy,
    job.storeResult ? 1 : 0,
    job.uniqueKey,
    job.uniqueForMs,
    job.attempts,
    job.losses,
    job.startedAt,
    job.finishedAt,
    job.workerId,
    job.storeResult ? job.result : null,
    job.error === null ? null : JSON.stringify(job.error),
    job.errors.length === 0 ? null : JSON.stringify(job.errors),
  ];
}
