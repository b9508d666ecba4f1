/** Running finished jobs again. @module */

import { type FinishedJob, type JobRecord, retriedRecord, type RetryStatus } from "nuvom";
import type { Runner } from "./database.ts";
import { forgetEnding } from "./endings.ts";
import { COLUMNS, finalState, type JobRow, textArray, toRecord } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

/** One answer for each id, in order. */
export async function retryAll(store: Store, ids: readonly string[]): Promise<RetryStatus[]> {
  const statuses = await store.database.transaction(async (tx) => {
    const answers: RetryStatus[] = [];
    for (const id of ids) answers.push(await retryOne(store, tx, id));
    if (answers.includes("retried")) await tx.rows("SELECT pg_notify($1, '')", store.channel);
    return answers;
  });
  if (statuses.includes("retried")) store.bell.ring();
  return statuses;
}

async function retryOne({ s }: Store, tx: Runner, id: string): Promise<RetryStatus> {
  const [row] = await tx.rows<JobRow>(
    `SELECT ${COLUMNS} FROM ${s}.jobs AS j LEFT JOIN ${s}.live AS l ON l.seq = j.seq WHERE j.id = $1 FOR UPDATE OF j`,
    id,
  );
  if (row === undefined) return "unknown";
  const [job, seq] = [toRecord(row), row[0]];
  if (!isFinished(job)) return "waiting";
  if (job.state === "SUCCESS") return "succeeded";
  const [clock] = await tx.rows<[number]>(`SELECT ${s}.now_ms()`);
  if (!await holdAgain(s, tx, seq, job, clock![0])) return "duplicate";
  const { runAt, maxAttempts, errors, attempts } = retriedRecord(job, clock![0]);
  await tx.rows(
    `UPDATE ${s}.jobs SET state = ${STATE.pending}, max_attempts = $2, losses = 0, started_at = NULL, finished_at = NULL,
      worker = NULL, result = NULL, error = NULL, errors = $3 WHERE seq = $1`,
    seq,
    maxAttempts,
    errors.length === 0 ? null : textArray(errors.map((error) => JSON.stringify(error))),
  );
  await tx.rows(
    `INSERT INTO ${s}.live (seq, queue, priority, state, run_at, attempts) VALUES ($1, $2, $3, ${STATE.pending}, $4, $5)`,
    seq,
    job.queue,
    job.priority,
    runAt,
    attempts,
  );
  await forgetEnding(s, tx, { at: job.finishedAt, state: finalState(job.state), seq });
  return "retried";
}

function isFinished(job: JobRecord): job is FinishedJob {
  return job.finishedAt !== null;
}

/** Whether the job may hold its unique key, if it has one. */
async function holdAgain(
  s: string,
  tx: Runner,
  seq: number,
  { id, uniqueKey, createdAt, uniqueForMs }: FinishedJob,
  now: number,
): Promise<boolean> {
  if (uniqueKey === null) return true;
  // A row that is there is locked by an update that changes nothing.
  await tx.rows(
    `INSERT INTO ${s}.unique_keys AS k (key) VALUES ($1) ON CONFLICT (key) DO UPDATE SET orphan = k.orphan`,
    uniqueKey,
  );
  // A statement of its own: what others did before the lock was given is seen only by a later one.
  const held = await tx.rows(
    `SELECT 1 FROM ${s}.unique_keys AS k WHERE key = $1 AND seq <> $2
      AND (until > $3 OR EXISTS (SELECT FROM ${s}.live WHERE live.seq = k.seq))`,
    uniqueKey,
    seq,
    now,
  );
  if (held.length > 0) return false;
  await tx.rows(
    `UPDATE ${s}.unique_keys SET seq = $2, id = $3, until = $4, orphan = false WHERE key = $1`,
    uniqueKey,
    seq,
    id,
    createdAt + uniqueForMs,
  );
  return true;
}
