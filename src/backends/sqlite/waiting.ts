/** Jobs that wait, as a whole: each state has an index of its own, so that finished jobs cost nothing. @module */

import type { QueueStats } from "../../core/mod.ts";
import { queuesWith } from "./queues.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

/** The states of jobs that wait. */
export const WAITING: readonly number[] = [STATE.pending, STATE.scheduled, STATE.retrying];

/** How many jobs wait, of one queue or of all. */
export function countWaiting(store: SqliteStore, queue?: string): number {
  return WAITING.map((state) => {
    const sql = `SELECT count(*) AS n FROM jobs WHERE state = ${state}`;
    const row = queue === undefined ? store.get(sql) : store.get(`${sql} AND queue = ?`, queue);
    return (row as { n: number }).n;
  }).reduce((sum, n) => sum + n, 0);
}

/** Forgets jobs that wait, and frees their unique keys; inside of a transaction. */
export function clearWaiting(store: SqliteStore, queue?: string): number {
  return WAITING.map((state) => {
    const these = queue === undefined ? `state = ${state}` : `state = ${state} AND queue = ?`;
    const values = queue === undefined ? [] : [queue];
    const keys = `SELECT unique_key FROM jobs WHERE ${these} AND unique_key IS NOT NULL`;
    store.run(`DELETE FROM unique_keys WHERE key IN (${keys})`, ...values);
    if (store.get("SELECT 1 FROM traces LIMIT 1") !== undefined) {
      store.run(`DELETE FROM traces WHERE id IN (SELECT id FROM jobs WHERE ${these})`, ...values);
    }
    return store.run(`DELETE FROM jobs WHERE ${these}`, ...values);
  }).reduce((sum, n) => sum + n, 0);
}

const ACTIVE: readonly number[] = [STATE.pending, STATE.running, STATE.retrying];

/** Whether a drain of these queues is still to wait: looks for one job, and counts none. */
export function isBusy(store: SqliteStore, queues: readonly string[] | null): boolean {
  const now = store.clock.now();
  const some = (condition: string, ...values: (string | number)[]): boolean => {
    const of = queues === null ? "" : " AND queue IN (SELECT value FROM json_each(?))";
    const names = queues === null ? [] : [JSON.stringify(queues)];
    return store.get(`SELECT 1 FROM jobs WHERE ${condition}${of} LIMIT 1`, ...values, ...names) !== undefined;
  };
  return ACTIVE.some((state) => some(`state = ${state}`)) ||
    some(`state = ${STATE.scheduled} AND run_at <= ?`, now);
}

/** There may be a million of these: by queue they are counted without being sorted. */
const SCHEDULED_LATER = `SELECT count(*) AS n FROM jobs WHERE state = ${STATE.scheduled} AND queue = ? AND run_at > ?`;

const SCHEDULED_DUE = `SELECT queue, count(*) AS n, min(run_at) AS oldest FROM jobs INDEXED BY jobs_scheduled
  WHERE state = ${STATE.scheduled} AND run_at <= ? GROUP BY queue`;

type Counts = { -readonly [K in keyof QueueStats]: QueueStats[K] };

/** A row for each queue that is paused or holds jobs that are not finished. */
export function countByState(store: SqliteStore): QueueStats[] {
  const rows = new Map<string, Counts>();
  const row = (queue: string) => {
    const found = rows.get(queue) ??
      { queue, pending: 0, scheduled: 0, retrying: 0, running: 0, paused: false, oldestAt: null };
    rows.set(queue, found);
    return found;
  };
  const now = store.clock.now();
  for (const { name } of store.all<{ name: string }>("SELECT name FROM paused_queues")) row(name).paused = true;
  for (const { queue, n, oldest } of groups(store, STATE.pending)) addPending(row(queue), n, oldest);
  for (const { name } of store.all<{ name: string }>(queuesWith(STATE.scheduled))) {
    const later = store.get<{ n: number }>(SCHEDULED_LATER, name, now)!.n;
    if (later > 0) row(name).scheduled = later;
  }
  for (const { queue, n } of groups(store, STATE.retrying, "run_at > ?", now)) row(queue).retrying = n;
  // Their time has come, only nobody has asked for them.
  for (const { queue, n, oldest } of groups(store, STATE.retrying, "run_at <= ?", now)) {
    addPending(row(queue), n, oldest);
  }
  for (const { queue, n, oldest } of store.all<Group>(SCHEDULED_DUE, now)) addPending(row(queue), n, oldest);
  for (const { queue, n } of groups(store, STATE.running)) row(queue).running = n;
  return [...rows.values()];
}

interface Group {
  readonly queue: string;
  readonly n: number;
  readonly oldest: number;
}

function groups(store: SqliteStore, state: number, condition = "TRUE", ...values: number[]): Group[] {
  const sql = `SELECT queue, count(*) AS n, min(run_at) AS oldest FROM jobs
    WHERE state = ${state} AND ${condition} GROUP BY queue`;
  return store.all<Group>(sql, ...values);
}

function addPending(counts: Counts, n: number, oldest: number): void {
  counts.pending += n;
  counts.oldestAt = Math.min(counts.oldestAt ?? Infinity, oldest);
}
