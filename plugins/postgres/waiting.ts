/** Jobs that have not ended, as a whole. @module */

import type { QueueStats } from "nuvom";
import type { Value } from "./database.ts";
import { textArray } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

const WAITING = `(${STATE.pending}, ${STATE.scheduled}, ${STATE.retrying})`;
/** So many are forgotten with one transaction. */
const CLEARED_AT_ONCE = 10_000;

/** How many jobs wait, of one queue or of all. */
export async function countWaiting({ database, s }: Store, queue?: string): Promise<number> {
  const sql = `SELECT count(*) FROM ${s}.live WHERE state IN ${WAITING} AND ($1::text IS NULL OR queue = $1)`;
  const [row] = await database.longRows<[number]>(sql, queue ?? null);
  return row![0];
}

const clear = (s: string) => `
WITH gone AS (
  DELETE FROM ${s}.live WHERE seq IN (
    SELECT seq FROM ${s}.live WHERE state IN ${WAITING} AND ($1::text IS NULL OR queue = $1) ORDER BY seq LIMIT ${CLEARED_AT_ONCE}
    FOR UPDATE SKIP LOCKED
  ) RETURNING seq
),
jobs AS (DELETE FROM ${s}.jobs AS j USING gone WHERE j.seq = gone.seq RETURNING j.seq, j.unique_key),
keys AS (DELETE FROM ${s}.unique_keys AS k USING jobs WHERE k.key = jobs.unique_key AND k.seq = jobs.seq),
traces AS (DELETE FROM ${s}.traces AS t USING gone WHERE t.seq = gone.seq)
SELECT count(*) FROM gone`;

/** Forgets jobs that wait, and frees their unique keys; answers how many. */
export async function clearWaiting({ database, s }: Store, queue?: string): Promise<number> {
  for (let cleared = 0;;) {
    const [row] = await database.longRows<[number]>(clear(s), queue ?? null);
    cleared += row![0];
    if (row![0] < CLEARED_AT_ONCE) return cleared;
  }
}

/** Whether a drain of these queues is still to wait: looks for one job, and counts none. */
export async function isBusy({ database, s }: Store, queues: readonly string[] | null): Promise<boolean> {
  const of = queues === null ? "" : " AND queue = ANY ($1::text[])";
  const some = (condition: string) => `EXISTS (SELECT FROM ${s}.live WHERE ${condition}${of})`;
  const values: Value[] = queues === null ? [] : [textArray(queues)];
  const [row] = await database.rows<[boolean]>(
    `SELECT ${some(`state = ${STATE.pending}`)} OR ${some(`state = ${STATE.running}`)} OR ${
      some(`state = ${STATE.retrying}`)
    } OR ${some(`state = ${STATE.scheduled} AND run_at <= ${s}.now_ms()`)}`,
    ...values,
  );
  return row![0];
}

type Row = readonly [
  queue: string,
  pending: number,
  scheduled: number,
  retrying: number,
  running: number,
  paused: boolean,
  oldestAt: number | null,
];

/** A row for each queue that is paused or holds jobs that are not finished. */
export async function countByState({ database, s }: Store): Promise<QueueStats[]> {
  const ready = `(state = ${STATE.pending} OR state IN (${STATE.scheduled}, ${STATE.retrying}) AND run_at <= now)`;
  const rows = await database.longRows<Row>(
    `WITH counted AS (
      SELECT queue, count(*) FILTER (WHERE ${ready}) AS pending,
        count(*) FILTER (WHERE state = ${STATE.scheduled} AND run_at > now) AS scheduled,
        count(*) FILTER (WHERE state = ${STATE.retrying} AND run_at > now) AS retrying,
        count(*) FILTER (WHERE state = ${STATE.running}) AS running, min(run_at) FILTER (WHERE ${ready}) AS oldest
      FROM ${s}.live, (SELECT ${s}.now_ms() AS now) AS clock GROUP BY queue
    )
    SELECT coalesce(queue, name), coalesce(pending, 0), coalesce(scheduled, 0), coalesce(retrying, 0), coalesce(running, 0),
      name IS NOT NULL, oldest
    FROM counted FULL JOIN ${s}.paused_queues ON name = queue ORDER BY 1`,
  );
  return rows.map(([queue, pending, scheduled, retrying, running, paused, oldestAt]) => (
    { queue, pending, scheduled, retrying, running, paused, oldestAt }
  ));
}
