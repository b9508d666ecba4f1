/** Running a finished job again. @module */

import { type FinishedJob, isFinished, retriedRecord, type RetryStatus } from "../../core/mod.ts";
import { forgetEnding } from "./endings.ts";
import { COLUMNS, finalState, type JobRow, toRecord } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";
import { heldBy, holdKey } from "./unique_keys.ts";

const BACK = `UPDATE jobs SET state = ${STATE.pending}, run_at = ?, max_attempts = ?, losses = 0, lease = NULL,
  token = NULL, cancel = 0, started_at = NULL, finished_at = NULL, worker = NULL, result = NULL, error = NULL, errors = ?
  WHERE seq = ?`;

/** Makes one job ready again, inside of a transaction. */
export function retryOne(store: SqliteStore, id: string): RetryStatus {
  const [row] = store.rows<JobRow>(`SELECT ${COLUMNS} FROM jobs WHERE id = ?`, id);
  if (row === undefined) return "unknown";
  const job = toRecord(row);
  if (!isFinished(job)) return "waiting";
  if (job.state === "SUCCESS") return "succeeded";
  if (!holdAgain(store, job)) return "duplicate";
  const { runAt, maxAttempts, errors } = retriedRecord(job, store.clock.now());
  store.run(BACK, runAt, maxAttempts, errors.length === 0 ? null : JSON.stringify(errors), row[0]);
  forgetEnding(store, job.finishedAt, finalState(job.state), row[0]);
  return "retried";
}

/** Whether the job may hold its unique key, if it has one. */
function holdAgain(store: SqliteStore, { id, uniqueKey, createdAt, uniqueForMs }: FinishedJob): boolean {
  if (uniqueKey === null) return true;
  const holder = heldBy(store, uniqueKey, store.clock.now());
  if (holder !== null && holder !== id) return false;
  holdKey(store, uniqueKey, id, createdAt + uniqueForMs);
  return true;
}
