/** Rows and records, tokens and arrays. @module */

import type { JobRecord, JobState, TimeoutPolicy } from "nuvom";

/** What is read of a job, in the order of {@linkcode JobRow}; `j` is its row in `jobs`, `l` in `live`, which may be missing. */
export const COLUMNS = `j.seq, j.id, j.task, j.args, j.queue, j.priority, coalesce(l.state, j.state),
  coalesce(l.run_at, j.run_at), j.created_at, j.delay_ms, j.max_attempts, j.retry_delay_ms, j.timeout_ms, j.timeout_policy,
  j.store_result, j.unique_key, j.unique_for_ms, coalesce(l.attempts, j.attempts), coalesce(l.losses, j.losses),
  coalesce(l.started_at, j.started_at), j.finished_at, coalesce(l.worker, j.worker), j.result, j.error,
  array_to_json(j.errors)::text`;

/** One row of {@linkcode COLUMNS}. */
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
  storeResult: boolean,
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

const STATES: readonly JobState[] = ["PENDING", "SCHEDULED", "RUNNING", "SUCCESS", "FAILED", "CANCELLED", "SCHEDULED"];

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
    storeResult: row[14],
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
    errors: errorsOf(row[24]),
  };
}

/** Errors of attempts: the database keeps an array of JSON texts. */
export function errorsOf(text: string | null): JobRecord["errors"] {
  return text === null ? [] : (JSON.parse(text) as string[]).map((one) => JSON.parse(one));
}

/** What a token says: the row, the lease, and the job's id as far as a mistake would show. */
export interface Token {
  readonly seq: string;
  readonly lease: string;
}

/** Names one lease of one job. */
export function leaseKey({ seq, lease }: Token): string {
  return `${seq}.${lease}`;
}

/** The same in SQL. @param row What has a `seq` and a `token`. */
export function leaseKeyOf(row: string): string {
  return `${row}.seq || '.' || ${row}.token`;
}

/** The token of a leased job. @param lease The same for all jobs that were leased together. */
export function toToken(seq: number, lease: string, id: string): string {
  return `${lease}.${seq}.${checksum(id)}`;
}

/** Null for a text that is no token of this job. */
export function fromToken(token: string, id: string): Token | null {
  const [, lease, seq] = /^(-?\d{1,19})\.(\d{1,15})\./.exec(token) ?? [];
  if (seq === undefined || token !== toToken(Number(seq), lease!, id)) return null;
  return BigInt.asIntN(64, BigInt(lease!)).toString() === lease ? { seq, lease: lease! } : null;
}

/** A number for a new lease that no other lease of the same job has. */
export function newLease(): string {
  return String(crypto.getRandomValues(new BigInt64Array(1))[0]);
}

/** FNV-1a. */
function checksum(text: string): string {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
  return (sum >>> 0).toString(36);
}

/** An array of texts as PostgreSQL reads it. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => value === null ? "NULL" : `"${escaped(value)}"`).join()}}`;
}

function escaped(text: string): string {
  return /["\\]/.test(text) ? text.replace(/["\\]/g, "\\$&") : text;
}

/** An array of numbers or booleans as PostgreSQL reads it. */
export function array(values: readonly (number | string | boolean | null)[]): string {
  return `{${values.map((value) => value ?? "NULL").join()}}`;
}
