/** What becomes ready by itself: jobs whose time has come, and those whose worker is gone. @module */

import { cancelledByUser, lostTooOften, MAX_LEASE_LOSSES } from "nuvom";
import { endWaiting } from "./end_waiting.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

/** So many at once: a million that are due at the same time must not hold up everyone. */
const MOVED_AT_ONCE = 2_000;

const due = (s: string, state: number) => `
  UPDATE ${s}.live SET state = ${STATE.pending} WHERE seq IN (
    SELECT seq FROM ${s}.live, clock WHERE state = ${state} AND run_at <= now ORDER BY run_at LIMIT ${MOVED_AT_ONCE} FOR UPDATE OF live SKIP LOCKED
  ) RETURNING seq`;

/** A lease that ran out gives its attempt back. Those that are over for good are told, and ended by themselves. */
const move = (s: string) => `
WITH clock AS MATERIALIZED (SELECT ${s}.now_ms() AS now),
scheduled AS (${due(s, STATE.scheduled)}),
retrying AS (${due(s, STATE.retrying)}),
lost AS (
  UPDATE ${s}.live SET state = ${STATE.pending}, losses = losses + 1, attempts = attempts - 1, token = NULL, until = NULL,
    started_at = NULL, worker = NULL
  WHERE seq IN (
    SELECT seq FROM ${s}.live, clock WHERE state = ${STATE.running} AND until <= now AND NOT cancel AND losses < ${
  MAX_LEASE_LOSSES - 1
}
    ORDER BY until LIMIT ${MOVED_AT_ONCE} FOR UPDATE OF live SKIP LOCKED
  ) RETURNING seq
)
SELECT (SELECT count(*) FROM scheduled)::integer + (SELECT count(*) FROM retrying)::integer + (SELECT count(*) FROM lost)::integer,
  EXISTS (SELECT FROM ${s}.live, clock WHERE state = ${STATE.running} AND until <= now AND (cancel OR losses >= ${
  MAX_LEASE_LOSSES - 1
})),
  least(
    (SELECT min(run_at) FROM ${s}.live WHERE state = ${STATE.scheduled} AND run_at > (SELECT now FROM clock)),
    (SELECT min(run_at) FROM ${s}.live WHERE state = ${STATE.retrying} AND run_at > (SELECT now FROM clock)),
    (SELECT min(until) FROM ${s}.live WHERE state = ${STATE.running} AND until > (SELECT now FROM clock))
  ) - (SELECT now FROM clock)`;

/** Parameter: nothing. Rows that are locked belong to someone who is ending them just now. */
const doomed = (s: string) => `
  SELECT l.seq, j.id, l.losses FROM ${s}.live AS l JOIN ${s}.jobs AS j ON j.seq = l.seq
  WHERE l.state = ${STATE.running} AND l.until <= ${s}.now_ms() AND (l.cancel OR l.losses >= ${MAX_LEASE_LOSSES - 1})
  ORDER BY l.until LIMIT ${MOVED_AT_ONCE} FOR UPDATE OF l SKIP LOCKED`;

/** Makes ready what is due, and answers in how many milliseconds the next is. */
export async function makeReady(store: Store): Promise<number> {
  const [row] = await store.database.looseRows<[moved: number, doomed: boolean, nextMs: number | null]>(move(store.s));
  const [moved, over, nextMs] = row!;
  if (over) await endDoomed(store);
  return moved >= MOVED_AT_ONCE ? 0 : nextMs ?? Infinity;
}

async function endDoomed(store: Store): Promise<void> {
  await store.database.transaction(async (tx) => {
    const rows = await tx.rows<[seq: number, id: string, losses: number]>(doomed(store.s));
    const ends = rows.map(([seq, id, losses]) => {
      const poisoned = losses + 1 >= MAX_LEASE_LOSSES;
      const error = poisoned ? lostTooOften(id) : cancelledByUser(id);
      return { seq, state: poisoned ? STATE.failed : STATE.cancelled, error, lost: true };
    });
    await endWaiting(store, tx, ends);
  });
}
