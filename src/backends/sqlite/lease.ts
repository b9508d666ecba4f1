/** Taking jobs: what is due becomes ready, leases that ran out are over, the first ready jobs are leased. @module */

import {
  cancelledByUser,
  type LeasedJob,
  leasedRecord,
  type LeaseRequest,
  lostTooOften,
  MAX_LEASE_LOSSES,
} from "../../core/mod.ts";
import type { Taken } from "../lease_or_wait.ts";
import { takeByWeight, weightsOf } from "../weights.ts";
import { Endings } from "./endings.ts";
import { queuesWith } from "./queues.ts";
import { rowsOf, toRecord, toToken } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

/** So many scheduled jobs become ready with one lease: a million that are due at once must not hold up everyone. */
const MOVED_AT_ONCE = 2_000;

const READY = `SELECT seq, priority FROM jobs WHERE state = ${STATE.pending} AND queue = ?
  ORDER BY priority DESC, seq LIMIT ?`;

const READY_QUEUES = `${queuesWith(STATE.pending)} AND name NOT IN (SELECT name FROM paused_queues)`;

const IS_READY = `
  SELECT EXISTS (SELECT 1 FROM jobs WHERE state = ${STATE.pending} AND queue = ?1)
    AND NOT EXISTS (SELECT 1 FROM paused_queues WHERE name = ?1) AS ready`;

const HAND_OUT = `UPDATE jobs SET state = ${STATE.running}, attempts = attempts + 1, token = ?1, lease = ?1,
  started_at = ?2, worker = ?3 WHERE seq IN (SELECT value FROM json_each(?4))`;

/** Looks before it locks: an empty queue costs other processes nothing. */
export function takeReady(store: SqliteStore, request: LeaseRequest): Taken {
  const now = store.clock.now();
  const idleUntil = store.read(() => readyQueues(store, request.queues).length > 0 ? 0 : nextDue(store));
  if (idleUntil > now) return { jobs: [], nextDue: idleUntil };
  const jobs = store.writeLoosely(() => {
    if (nextDue(store) <= now) moveDue(store, now);
    return take(store, request, readyQueues(store, request.queues), now);
  });
  return { jobs, nextDue: jobs.length > 0 ? Infinity : store.read(() => nextDue(store)) };
}

/** Queues that are not paused and have a ready job. */
function readyQueues(store: SqliteStore, wanted: readonly string[] | null): string[] {
  if (wanted === null) return store.all<{ name: string }>(READY_QUEUES).map(({ name }) => name);
  return [...new Set(wanted)].filter((name) => store.get<{ ready: number }>(IS_READY, name)!.ready === 1);
}

const FIRST_DUES = `SELECT
  (SELECT min(run_at) FROM jobs WHERE state = ${STATE.scheduled}),
  (SELECT min(run_at) FROM jobs WHERE state = ${STATE.retrying}),
  (SELECT min(until) FROM leases)`;

/** When something becomes ready by itself that is not yet; in the past: it has, and nobody has looked. */
export function nextDue(store: SqliteStore): number {
  const [dues] = store.rows<readonly (number | null)[]>(FIRST_DUES);
  return Math.min(...dues!.map((at) => at ?? Infinity));
}

function moveDue(store: SqliteStore, now: number): void {
  for (const state of [STATE.scheduled, STATE.retrying]) {
    const due = `SELECT seq FROM jobs WHERE state = ${state} AND run_at <= ? ORDER BY run_at LIMIT ${MOVED_AT_ONCE}`;
    store.run(`UPDATE jobs SET state = ${STATE.pending} WHERE seq IN (${due})`, now);
  }
  // A batch whose jobs were all settled leaves its row behind until here.
  const over = store.all<{ id: number }>("DELETE FROM leases WHERE until <= ? RETURNING id", now);
  const endings = new Endings(now);
  for (const { id } of over) rescue(store, id, endings);
  endings.write(store);
}

function rescue(store: SqliteStore, lease: number, endings: Endings): void {
  const lost = store.all<{ seq: number; id: string; losses: number; cancel: number }>(
    `SELECT seq, id, losses, cancel FROM jobs WHERE state = ${STATE.running} AND lease = ?`,
    lease,
  );
  for (const { seq, id, losses, cancel } of lost) {
    const poisoned = losses + 1 >= MAX_LEASE_LOSSES;
    const ended = poisoned || cancel === 1;
    const state = poisoned ? STATE.failed : ended ? STATE.cancelled : STATE.pending;
    store.run(
      `UPDATE jobs SET state = ?, losses = losses + 1, attempts = attempts - 1, lease = NULL, cancel = 0,
        started_at = NULL, worker = NULL, finished_at = ?, error = ? WHERE seq = ?`,
      state,
      ended ? endings.at : null,
      ended ? JSON.stringify(poisoned ? lostTooOften(id) : cancelledByUser(id)) : null,
      seq,
    );
    if (ended) endings.add(state, seq);
  }
}

function take(store: SqliteStore, request: LeaseRequest, queues: readonly string[], now: number): LeasedJob[] {
  const heads = headsOf(store, request, queues);
  if (heads.length === 0) return [];
  const lease = newLease(store, request, now);
  const seqs = heads.map(([seq]) => seq);
  // Read before they change, in a statement of its own: RETURNING keeps a copy of every row aside.
  const rows = rowsOf(store, seqs);
  store.run(HAND_OUT, lease, now, request.workerId, JSON.stringify(seqs));
  return rows.map((row) => leasedRecord(toRecord(row), request, toToken(row[0], lease), now));
}

/** The number of a lease that begins now. */
export function newLease(store: SqliteStore, { leaseMs, workerId }: LeaseRequest, now: number): number {
  const sql = "INSERT INTO leases (until, worker) VALUES (?, ?) RETURNING id";
  return store.get<{ id: number }>(sql, now + leaseMs, workerId)!.id;
}

type Head = readonly [seq: number, priority: number];

function headsOf(store: SqliteStore, request: LeaseRequest, ready: readonly string[]): readonly Head[] {
  const weights = weightsOf(request);
  if (weights === null || ready.length < 2) return firstOf(store, ready, request.limit);
  const heads = new Map(ready.map((queue) => [queue, store.rows<Head>(READY, queue, request.limit)]));
  const open = new Map([...weights].filter(([queue]) => heads.has(queue)));
  return takeByWeight(request.limit, open, (queue, count) => heads.get(queue)!.splice(0, count));
}

/** The first jobs of several queues: the heads of each, merged. */
function firstOf(store: SqliteStore, queues: readonly string[], limit: number): Head[] {
  const heads = (queue: string, count: number) => store.rows<Head>(READY, queue, count);
  if (queues.length === 1) return heads(queues[0]!, limit);
  if (queues.length <= limit) return queues.flatMap((queue) => heads(queue, limit)).sort(byTurn).slice(0, limit);
  // Only queues whose first job is among the first can give any.
  const firsts = queues.flatMap((queue) => heads(queue, 1).map((head) => ({ queue, head })));
  const best = firsts.sort((a, b) => byTurn(a.head, b.head)).slice(0, limit);
  return firstOf(store, best.map(({ queue }) => queue), limit);
}

function byTurn(a: Head, b: Head): number {
  return b[1] - a[1] || a[0] - b[0];
}
