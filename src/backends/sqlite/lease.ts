/** Taking jobs: what is due becomes ready, leases that ran out are over, the first ready jobs are leased. @module */

import { type LeasedJob, type LeaseRequest, lostTooOften, MAX_LEASE_LOSSES } from "../../core/mod.ts";
import { type JobRow, toLeased } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

/** Jobs, and when the next one becomes ready by itself (Infinity: never). */
export interface Taken {
  readonly jobs: LeasedJob[];
  readonly nextDue: number;
}

const READY = `SELECT seq FROM jobs WHERE state = ${STATE.pending} AND queue = ? ORDER BY priority DESC, seq LIMIT ?`;

/** Looks before it locks: an empty queue costs other processes nothing. */
export function takeReady(store: SqliteStore, request: LeaseRequest): Taken {
  const now = store.clock.now();
  const queues = store.read(() => openQueues(store, request.queues));
  if (store.read(() => nextDue(store)) > now && !store.read(() => anyReady(store, queues))) {
    return { jobs: [], nextDue: store.read(() => nextDue(store)) };
  }
  const jobs = store.write(() => {
    moveDue(store, now);
    return take(store, request, queues, now);
  });
  return { jobs, nextDue: jobs.length > 0 ? Infinity : store.read(() => nextDue(store)) };
}

function openQueues(store: SqliteStore, wanted: readonly string[] | null): string[] {
  const rows = store.all<{ name: string; paused: number }>("SELECT name, paused FROM queues");
  return rows.filter(({ name, paused }) => paused === 0 && (wanted === null || wanted.includes(name))).map(({ name }) =>
    name
  );
}

function anyReady(store: SqliteStore, queues: readonly string[]): boolean {
  const sql = `SELECT 1 FROM jobs WHERE state = ${STATE.pending} AND queue = ? LIMIT 1`;
  return queues.some((queue) => store.get(sql, queue) !== undefined);
}

function nextDue(store: SqliteStore): number {
  const first = (sql: string) => store.get<{ at: number | null }>(sql)?.at ?? Infinity;
  return Math.min(
    first(`SELECT min(run_at) AS at FROM jobs WHERE state = ${STATE.scheduled}`),
    first(`SELECT min(run_at) AS at FROM jobs WHERE state = ${STATE.retrying}`),
    first("SELECT min(until) AS at FROM leases"),
  );
}

function moveDue(store: SqliteStore, now: number): void {
  for (const state of [STATE.scheduled, STATE.retrying]) {
    store.run(`UPDATE jobs SET state = ${STATE.pending} WHERE state = ${state} AND run_at <= ?`, now);
  }
  // A batch whose jobs were all settled leaves its row behind until here.
  const over = store.all<{ id: number }>("DELETE FROM leases WHERE until <= ? RETURNING id", now);
  for (const { id } of over) rescue(store, id, now);
}

function rescue(store: SqliteStore, lease: number, now: number): void {
  const lost = store.all<{ seq: number; id: string; losses: number }>(
    `SELECT seq, id, losses FROM jobs WHERE state = ${STATE.running} AND lease = ?`,
    lease,
  );
  for (const { seq, id, losses } of lost) {
    const poisoned = losses + 1 >= MAX_LEASE_LOSSES;
    store.run(
      `UPDATE jobs SET state = ?, losses = losses + 1, attempts = attempts - 1, lease = NULL, cancel = 0,
        started_at = NULL, worker = NULL, finished_at = ?, error = ? WHERE seq = ?`,
      poisoned ? STATE.failed : STATE.pending,
      poisoned ? now : null,
      poisoned ? JSON.stringify(lostTooOften(id)) : null,
      seq,
    );
  }
}

function take(store: SqliteStore, request: LeaseRequest, queues: readonly string[], now: number): LeasedJob[] {
  const rows = queues.length === 1 ? store.all<{ seq: number }>(READY, queues[0]!, request.limit) : firstOfAll(
    store,
    queues,
    request.limit,
  );
  if (rows.length === 0) return [];
  const until = now + request.leaseMs;
  const lease = store.get<{ id: number }>(
    "INSERT INTO leases (until, worker) VALUES (?, ?) RETURNING id",
    until,
    request.workerId,
  )!.id;
  const sql = `UPDATE jobs SET state = ${STATE.running}, attempts = attempts + 1, lease = ?, started_at = ?, worker = ?
    WHERE seq = ? RETURNING *`;
  return rows.map(({ seq }) => toLeased(store.get<JobRow>(sql, lease, now, request.workerId, seq)!, until));
}

/** The first of several queues: the heads of each, merged. */
function firstOfAll(store: SqliteStore, queues: readonly string[], limit: number): { seq: number }[] {
  const sql = READY.replace("SELECT seq", "SELECT seq, priority");
  const heads = queues.flatMap((queue) => store.all<{ seq: number; priority: number }>(sql, queue, limit));
  return heads.sort((a, b) => b.priority - a.priority || a.seq - b.seq).slice(0, limit);
}
