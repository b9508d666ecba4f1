/** Taking jobs: what is due becomes ready, leases that ran out are over, the first ready jobs are leased. @module */

import { type LeasedJob, type LeaseRequest, lostTooOften, MAX_LEASE_LOSSES } from "../../core/mod.ts";
import { cancelledByUser } from "../errors.ts";
import { type JobRow, toLeased } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

/** Jobs, and when the next one becomes ready by itself (Infinity: never). */
export interface Taken {
  readonly jobs: LeasedJob[];
  readonly nextDue: number;
}

/** So many scheduled jobs become ready with one lease: a million that are due at once must not hold up everyone. */
const MOVED_AT_ONCE = 2_000;

const READY = `SELECT seq, priority FROM jobs WHERE state = ${STATE.pending} AND queue = ?
  ORDER BY priority DESC, seq LIMIT ?`;

/** Jumps from one queue to the next in the index, whatever number of jobs each of them holds. */
const READY_QUEUES = `
  WITH RECURSIVE ready (name) AS (
    SELECT min(queue) FROM jobs WHERE state = ${STATE.pending}
    UNION ALL
    SELECT (SELECT min(queue) FROM jobs WHERE state = ${STATE.pending} AND queue > ready.name) FROM ready
    WHERE ready.name IS NOT NULL
  )
  SELECT name FROM ready WHERE name IS NOT NULL AND name NOT IN (SELECT name FROM paused_queues)`;

const IS_READY = `
  SELECT EXISTS (SELECT 1 FROM jobs WHERE state = ${STATE.pending} AND queue = ?1)
    AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = ?1) AS ready`;

/** Looks before it locks: an empty queue costs other processes nothing. */
export function takeReady(store: SqliteStore, request: LeaseRequest): Taken {
  const now = store.clock.now();
  const idleUntil = store.read(() => readyQueues(store, request.queues).length > 0 ? 0 : nextDue(store));
  if (idleUntil > now) return { jobs: [], nextDue: idleUntil };
  const jobs = store.write(() => {
    moveDue(store, now);
    return take(store, request, readyQueues(store, request.queues), now);
  });
  return { jobs, nextDue: jobs.length > 0 ? Infinity : store.read(() => nextDue(store)) };
}

/** Queues that are not paused and have a ready job. */
function readyQueues(store: SqliteStore, wanted: readonly string[] | null): string[] {
  if (wanted === null) return store.all<{ name: string }>(READY_QUEUES).map(({ name }) => name);
  return [...new Set(wanted)].filter((name) => store.get<{ ready: number }>(IS_READY, name)!.ready === 1);
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
    const due = `SELECT seq FROM jobs WHERE state = ${state} AND run_at <= ? ORDER BY run_at LIMIT ${MOVED_AT_ONCE}`;
    store.run(`UPDATE jobs SET state = ${STATE.pending} WHERE seq IN (${due})`, now);
  }
  // A batch whose jobs were all settled leaves its row behind until here.
  const over = store.all<{ id: number }>("DELETE FROM leases WHERE until <= ? RETURNING id", now);
  for (const { id } of over) rescue(store, id, now);
}

function rescue(store: SqliteStore, lease: number, now: number): void {
  const lost = store.all<{ seq: number; id: string; losses: number; cancel: number }>(
    `SELECT seq, id, losses, cancel FROM jobs WHERE state = ${STATE.running} AND lease = ?`,
    lease,
  );
  for (const { seq, id, losses, cancel } of lost) {
    const poisoned = losses + 1 >= MAX_LEASE_LOSSES;
    const ended = poisoned || cancel === 1;
    store.run(
      `UPDATE jobs SET state = ?, losses = losses + 1, attempts = attempts - 1, lease = NULL, cancel = 0,
        started_at = NULL, worker = NULL, finished_at = ?, error = ? WHERE seq = ?`,
      poisoned ? STATE.failed : ended ? STATE.cancelled : STATE.pending,
      ended ? now : null,
      ended ? JSON.stringify(poisoned ? lostTooOften(id) : cancelledByUser(id)) : null,
      seq,
    );
  }
}

function take(store: SqliteStore, request: LeaseRequest, queues: readonly string[], now: number): LeasedJob[] {
  const rows = firstOf(store, queues, request.limit);
  if (rows.length === 0) return [];
  const until = now + request.leaseMs;
  const newLease = "INSERT INTO leases (until, worker) VALUES (?, ?) RETURNING id";
  const { id: lease } = store.get<{ id: number }>(newLease, until, request.workerId)!;
  const handOut = `UPDATE jobs SET state = ${STATE.running}, attempts = attempts + 1, token = ?1, lease = ?1,
    started_at = ?2, worker = ?3 WHERE seq = ?4 RETURNING *`;
  return rows.map(({ seq }) => toLeased(store.get<JobRow>(handOut, lease, now, request.workerId, seq)!, until));
}

interface Head {
  readonly seq: number;
  readonly priority: number;
}

/** The first jobs of several queues: the heads of each, merged. */
function firstOf(store: SqliteStore, queues: readonly string[], limit: number): Head[] {
  const heads = (queue: string, count: number) => store.all<Head>(READY, queue, count);
  if (queues.length === 1) return heads(queues[0]!, limit);
  if (queues.length <= limit) return queues.flatMap((queue) => heads(queue, limit)).sort(byTurn).slice(0, limit);
  // Only queues whose first job is among the first can give any.
  const firsts = queues.flatMap((queue) => heads(queue, 1).map((head) => ({ ...head, queue })));
  return firstOf(store, firsts.sort(byTurn).slice(0, limit).map(({ queue }) => queue), limit);
}

function byTurn(a: Head, b: Head): number {
  return b.priority - a.priority || a.seq - b.seq;
}
