/** Rows and records. @module */

import type { JobRecord, JobState, LeasedJob, NewJob, TimeoutPolicy } from "../../core/mod.ts";
import { STATE } from "./schema.ts";

/** A row of `jobs` as `node:sqlite` answers it. */
export interface JobRow {
  readonly seq: number;
  readonly id: string;
  readonly task: string;
  readonly args: string;
  readonly queue: string;
  readonly priority: number;
  readonly state: number;
  readonly run_at: number;
  readonly created_at: number;
  readonly delay_ms: number;
  readonly max_attempts: number;
  readonly retry_delay_ms: number;
  readonly timeout_ms: number;
  readonly timeout_policy: string;
  readonly store_result: number;
  readonly unique_key: string | null;
  readonly unique_for_ms: number;
  readonly attempts: number;
  readonly losses: number;
  readonly token: number | null;
  readonly lease: number | null;
  readonly cancel: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly worker: string | null;
  readonly result: string | null;
  readonly error: string | null;
  readonly errors: string | null;
}

const STATES: readonly JobState[] = [
  "PENDING",
  "SCHEDULED",
  "RUNNING",
  "SUCCESS",
  "FAILED",
  "CANCELLED",
  "SCHEDULED",
];

/** The number of a final state. */
export function finalState(state: JobState): number {
  return STATES.indexOf(state);
}

/** A record of a row. */
export function toRecord(row: JobRow): JobRecord {
  return {
    id: row.id,
    task: row.task,
    args: row.args,
    queue: row.queue,
    priority: row.priority,
    delayMs: row.delay_ms,
    maxAttempts: row.max_attempts,
    retryDelayMs: row.retry_delay_ms,
    timeoutMs: row.timeout_ms,
    timeoutPolicy: row.timeout_policy as TimeoutPolicy,
    storeResult: row.store_result === 1,
    uniqueKey: row.unique_key,
    uniqueForMs: row.unique_for_ms,
    state: STATES[row.state]!,
    createdAt: row.created_at,
    runAt: row.run_at,
    attempts: row.attempts,
    losses: row.losses,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    workerId: row.worker,
    result: row.result,
    error: row.error === null ? null : JSON.parse(row.error),
    errors: row.errors === null ? [] : JSON.parse(row.errors),
  };
}

/** A leased job of a row: the token holds where the row is, so that a settle finds it without an index. */
export function toLeased(row: JobRow, leaseUntil: number): LeasedJob {
  const job = toRecord(row) as LeasedJob;
  return Object.assign(job, { token: `${row.token}.${row.seq}`, leaseUntil });
}

/** Holds for the row of a live lease: parameters are the two numbers of {@linkcode fromToken}, and the job's id. */
export const LIVE = `seq = ? AND token = ? AND id = ? AND state = ${STATE.running}`;

/** The row and the lease that a token names; NaN for a text that is no token. */
export function fromToken(token: string): { seq: number; lease: number } {
  const dot = token.indexOf(".");
  const [lease, seq] = [Number(token.slice(0, dot)), Number(token.slice(dot + 1))];
  return `${lease}.${seq}` === token ? { seq, lease } : { seq: NaN, lease: NaN };
}

/** The values of a new row, in the order of {@linkcode INSERT}. */
export function insertValues(job: NewJob, now: number): (string | number | null)[] {
  return [
    job.id,
    job.task,
    job.args,
    job.queue,
    job.priority,
    job.delayMs > 0 ? STATE.scheduled : STATE.pending,
    now + job.delayMs,
    now,
    job.delayMs,
    job.maxAttempts,
    job.retryDelayMs,
    job.timeoutMs,
    job.timeoutPolicy,
    job.storeResult ? 1 : 0,
    job.uniqueKey,
    job.uniqueForMs,
  ];
}

/** Adds a job; does nothing when its id is there. */
export const INSERT = `
  INSERT INTO jobs (id, task, args, queue, priority, state, run_at, created_at, delay_ms, max_attempts, retry_delay_ms,
    timeout_ms, timeout_policy, store_result, unique_key, unique_for_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
