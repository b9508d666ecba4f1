/** The results: finished jobs, read from the rows that the queue's settle left. @module */

import type { ErrorData, FinishedJob, PruneRequest, ResultBackend, ResultQuery } from "nuvom";
import type { Runner } from "./database.ts";
import { forgetEnding, lastEnded } from "./endings.ts";
import { pruneFinished } from "./prune.ts";
import { COLUMNS, finalState, type JobRow, textArray, toRecord } from "./rows.ts";
import type { Store } from "./store.ts";

const NAMES =
  `id, task, args, queue, priority, created_at, delay_ms, max_attempts, retry_delay_ms, timeout_ms, timeout_policy,
  store_result, unique_key, unique_for_ms, state, run_at, attempts, losses, started_at, finished_at, worker, result, error, errors`;

const write = (s: string) => `
WITH written AS (
  INSERT INTO ${s}.jobs AS j (${NAMES}) SELECT ${NAMES} FROM json_to_recordset($1::text::json) AS r (
    id text, task text, args text, queue text, priority integer, created_at bigint, delay_ms bigint, max_attempts bigint,
    retry_delay_ms bigint, timeout_ms bigint, timeout_policy text, store_result boolean, unique_key text, unique_for_ms bigint,
    state smallint, run_at bigint, attempts integer, losses integer, started_at bigint, finished_at bigint, worker text,
    result text, error text, errors text[])
  ORDER BY id
  ON CONFLICT (id) DO UPDATE SET (${NAMES}) = (${NAMES.replaceAll(/\w+/g, "excluded.$&")})
  RETURNING seq, state, finished_at
),
gone AS (DELETE FROM ${s}.live AS l USING written WHERE l.seq = written.seq)
INSERT INTO ${s}.endings (at, state, count, seqs)
SELECT finished_at, state, count(*), array_agg(seq ORDER BY seq) FROM written GROUP BY finished_at, state`;

/** Also takes the finished jobs of other queues. */
export class PostgresResults implements ResultBackend {
  readonly store: string;
  readonly #store: Store;
  readonly #release: () => Promise<void>;

  /** @param release Called once, when it is closed. */
  constructor(store: Store, release: () => Promise<void>) {
    this.#store = store;
    this.#release = release;
    this.store = store.name;
  }

  setResult(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  setError(job: FinishedJob): Promise<void> {
    return this.setMany([job]);
  }

  async setMany(jobs: readonly FinishedJob[]): Promise<void> {
    const last = new Map(jobs.map((job) => [job.id, job]));
    if (last.size === 0) return;
    await this.#store.database.transaction(async (tx) => {
      await this.#forgetOld(tx, [...last.keys()]);
      await tx.rows(write(this.#store.s), JSON.stringify([...last.values()].map(columns)));
    });
  }

  async getResult(id: string): Promise<string | null> {
    return (await this.getFull(id))?.result ?? null;
  }

  async getError(id: string): Promise<ErrorData | null> {
    return (await this.getFull(id))?.error ?? null;
  }

  async getFull(id: string): Promise<FinishedJob | null> {
    const { database, s } = this.#store;
    const [row] = await database.rows<JobRow>(
      `SELECT ${COLUMNS} FROM ${s}.jobs AS j LEFT JOIN ${s}.live AS l ON false WHERE j.id = $1 AND j.finished_at IS NOT NULL`,
      id,
    );
    return row === undefined ? null : toRecord(row) as FinishedJob;
  }

  async listJobs(query: ResultQuery): Promise<FinishedJob[]> {
    return (await lastEnded(this.#store, query)).map((row) => toRecord(row) as FinishedJob);
  }

  prune(request: PruneRequest): Promise<number> {
    return pruneFinished(this.#store, request);
  }

  close(): Promise<void> {
    return this.#release();
  }

  async #forgetOld(tx: Runner, ids: readonly string[]): Promise<void> {
    const { s } = this.#store;
    const old = await tx.rows<[seq: number, state: number, at: number]>(
      `SELECT seq, state, finished_at FROM ${s}.jobs WHERE id = ANY ($1::text[]) AND finished_at IS NOT NULL ORDER BY id FOR UPDATE`,
      textArray(ids),
    );
    for (const [seq, state, at] of old) await forgetEnding(s, tx, { at, state, seq });
  }
}

function columns(job: FinishedJob): Readonly<Record<string, unknown>> {
  return {
    id: job.id,
    task: job.task,
    args: job.args,
    queue: job.queue,
    priority: job.priority,
    created_at: job.createdAt,
    delay_ms: job.delayMs,
    max_attempts: job.maxAttempts,
    retry_delay_ms: job.retryDelayMs,
    timeout_ms: job.timeoutMs,
    timeout_policy: job.timeoutPolicy,
    store_result: job.storeResult,
    unique_key: job.uniqueKey,
    unique_for_ms: job.uniqueForMs,
    state: finalState(job.state),
    run_at: job.runAt,
    attempts: job.attempts,
    losses: job.losses,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    worker: job.workerId,
    result: job.storeResult ? job.result : null,
    error: job.error === null ? null : JSON.stringify(job.error),
    errors: job.errors.length === 0 ? null : job.errors.map((error) => JSON.stringify(error)),
  };
}
