/** Rows and records. @module */

import type { JobRecord, JobState, LeaseRequest, NewJob, TimeoutPolicy } from "../../core/mod.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

/** What is read of a row, in the order of {@linkcode JobRow}. */
export const COLUMNS = `seq, id, task, args, queue, priority, state, run_at, created_at, delay_ms, max_attempts,
  retry_delay_ms, timeout_ms, timeout_policy, store_result, unique_key, unique_for_ms, attempts, losses, started_at,
  finished_at, worker, result, error, errors`;

/** A row of `jobs`, as an array: an object for each costs a lease more than all that it looks for. */
export type JobRow = readonly [
  seq: number,
  id: string,
  task: string,
  args: string,
  queue: string,
  priority: number,
  state: number,
  runAt: number,
  createdAt: number,
  delayMs: number,
  maxAttempts: number,
  retryDelayMs: number,
  timeoutMs: number,
  timeoutPolicy: string,
  storeResult: number,
  uniqueKey: string | null,
  uniqueForMs: number,
  attempts: number,
  losses: number,
  startedAt: number | null,
  finishedAt: number | null,
  workerId: string | null,
  result: string | null,
  error: string | null,
  errors: string | null,
];

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
    id: row[1],
    task: row[2],
    args: row[3],
    queue: row[4],
    priority: row[5],
    delayMs: row[9],
    maxAttempts: row[10],
    retryDelayMs: row[11],
    timeoutMs: row[12],
    timeoutPolicy: row[13] as TimeoutPolicy,
    storeResult: row[14] === 1,
    uniqueKey: row[15],
    uniqueForMs: row[16],
    state: STATES[row[6]]!,
    createdAt: row[8],
    runAt: row[7],
    attempts: row[17],
    losses: row[18],
    startedAt: row[19],
    finishedAt: row[20],
    workerId: row[21],
    result: row[22],
    error: row[23] === null ? null : JSON.parse(row[23]),
    errors: row[24] === null ? [] : JSON.parse(row[24]),
  };
}

/** The rows with these numbers, in the same order. */
export function rowsOf(store: SqliteStore, seqs: readonly number[]): JobRow[] {
  const sql = `SELECT ${COLUMNS} FROM jobs WHERE seq IN (SELECT value FROM json_each(?))`;
  const rows = new Map(store.rows<JobRow>(sql, JSON.stringify(seqs)).map((row) => [row[0], row]));
  return seqs.map((seq) => rows.get(seq)!);
}

/** The token of a leased row: it holds where the row is, so that a settle finds it without an index. */
export function toToken(seq: number, lease: number): string {
  return `${lease}.${seq}`;
}

/** Holds for the row of a live lease: parameters are the two numbers of {@linkcode fromToken}, and the job's id. */
export const LIVE = `seq = ? AND token = ? AND id = ? AND state = ${STATE.running}`;

/** The row and the lease that a token names; NaN for a text that is no token. */
export function fromToken(token: string): { seq: number; lease: number } {
  const dot = token.indexOf(".");
  const [lease, seq] = [Number(token.slice(0, dot)), Number(token.slice(dot + 1))];
  return toToken(seq, lease) === token ? { seq, lease } : { seq: NaN, lease: NaN };
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

const ADDED =
  `id, task, args, queue, priority, state, run_at, created_at, delay_ms, max_attempts, retry_delay_ms, timeout_ms,
  timeout_policy, store_result, unique_key, unique_for_ms`;

/** Adds a job; does nothing when its id is there. */
export const INSERT =
  `INSERT INTO jobs (${ADDED}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;

/** Adds a job that is leased at once. */
export const INSERT_LEASED = `
  INSERT INTO jobs (${ADDED}, attempts, token, lease, started_at, worker)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?17, ?17, ?18, ?19) ON CONFLICT (id) DO NOTHING RETURNING seq`;

/** Its values, in their order. */
export function insertLeasedValues(
  job: NewJob,
  { workerId }: LeaseRequest,
  lease: number,
  now: number,
): (string | number | null)[] {
  const values = insertValues(job, now);
  values[5] = STATE.running;
  return [...values, lease, now, workerId];
}
