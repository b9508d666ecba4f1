/** Taking jobs. @module */

import type { LeasedJob, LeaseRequest } from "nuvom";
import { array, errorsOf, newLease, textArray, toToken } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

/**
 * What is ready is looked at without locks first, to see how much of it each queue is to give; of those queues so many
 * rows are locked, past those that someone else has locked just now. Only one queue with ready jobs needs no such look.
 * Where someone has locked all that the shares are of, whatever else is ready is taken.
 *
 * Parameters: how many; the queues, or null; their weights; the token; how long; the worker; by chance, from 0 to 1: which
 * queue gets what can't be divided.
 */
const lease = (s: string) => `
WITH RECURSIVE
ready (queue) AS (
  SELECT min(queue) FROM ${s}.live WHERE state = ${STATE.pending} AND $2::text[] IS NULL
  UNION ALL
  SELECT (SELECT min(live.queue) FROM ${s}.live WHERE state = ${STATE.pending} AND live.queue > ready.queue)
  FROM ready WHERE ready.queue IS NOT NULL
),
wanted (queue, weight, place) AS (
  SELECT queue, NULL::integer, NULL::bigint FROM ready WHERE queue IS NOT NULL
  UNION ALL
  SELECT queue, min(weight), min(place) FROM unnest($2::text[], $3::integer[]) WITH ORDINALITY AS u (queue, weight, place)
  GROUP BY queue
),
open AS MATERIALIZED (
  SELECT wanted.*, $1::integer * weight::float / sum(weight) OVER () AS exact,
    $1::integer * sum(weight) OVER (ORDER BY place)::float / sum(weight) OVER () AS until
  FROM wanted WHERE NOT EXISTS (SELECT FROM ${s}.paused_queues WHERE name = wanted.queue)
    AND EXISTS (SELECT FROM ${s}.live WHERE state = ${STATE.pending} AND live.queue = wanted.queue)
),
looked AS (
  SELECT open.queue, row_number() OVER (
    ORDER BY CASE WHEN weight IS NULL THEN 0 WHEN head.turn <= floor(until + $7::float) - floor(until - exact + $7::float) THEN 0
        ELSE head.turn / weight::float END,
      CASE WHEN weight IS NULL THEN -head.priority END, CASE WHEN weight IS NULL THEN head.seq END
  ) AS place
  FROM open CROSS JOIN LATERAL (
    SELECT live.priority, live.seq, row_number() OVER (ORDER BY live.priority DESC, live.seq) AS turn FROM ${s}.live
    WHERE state = ${STATE.pending} AND live.queue = open.queue ORDER BY live.priority DESC, live.seq LIMIT $1
  ) AS head
  WHERE (SELECT count(*) FROM open) > 1
),
shares (queue, count) AS (
  SELECT queue, $1::bigint FROM open WHERE (SELECT count(*) FROM open) = 1
  UNION ALL
  SELECT queue, count(*) FROM looked WHERE place <= $1 GROUP BY queue
),
taken AS MATERIALIZED (
  SELECT head.seq FROM shares CROSS JOIN LATERAL (
    SELECT live.seq FROM ${s}.live WHERE state = ${STATE.pending} AND live.queue = shares.queue
    ORDER BY live.priority DESC, live.seq LIMIT shares.count FOR UPDATE SKIP LOCKED
  ) AS head
),
rest AS MATERIALIZED (
  SELECT head.seq FROM open CROSS JOIN LATERAL (
    SELECT live.seq FROM ${s}.live WHERE state = ${STATE.pending} AND live.queue = open.queue
    ORDER BY live.priority DESC, live.seq LIMIT $1 FOR UPDATE SKIP LOCKED
  ) AS head
  WHERE (SELECT count(*) FROM open) > 1 AND NOT EXISTS (SELECT FROM taken) LIMIT $1
),
leased (seq) AS MATERIALIZED (SELECT seq FROM taken UNION ALL SELECT seq FROM rest),
clock AS MATERIALIZED (SELECT ${s}.now_ms() AS now)
UPDATE ${s}.live AS l SET state = ${STATE.running}, attempts = l.attempts + 1, token = $4, until = clock.now + $5,
  started_at = clock.now, worker = $6
FROM leased JOIN ${s}.jobs AS j ON j.seq = leased.seq CROSS JOIN clock
WHERE l.seq = leased.seq
RETURNING j.seq, j.id, j.task, j.args, j.queue, j.priority, l.run_at, j.created_at, j.delay_ms, j.max_attempts,
  j.retry_delay_ms, j.timeout_ms, j.timeout_policy, j.store_result, j.unique_key, j.unique_for_ms, l.attempts, l.losses,
  l.started_at, array_to_json(j.errors)::text`;

type Row = readonly [
  seq: number,
  id: string,
  task: string,
  args: string,
  queue: string,
  priority: number,
  runAt: number,
  createdAt: number,
  delayMs: number,
  maxAttempts: number,
  retryDelayMs: number,
  timeoutMs: number,
  timeoutPolicy: LeasedJob["timeoutPolicy"],
  storeResult: boolean,
  uniqueKey: string | null,
  uniqueForMs: number,
  attempts: number,
  losses: number,
  startedAt: number,
  errors: string | null,
];

/** Takes ready jobs, the first ones first; none when there are none. */
export async function takeReady(store: Store, request: LeaseRequest): Promise<LeasedJob[]> {
  const token = newLease();
  const { queues, weights, limit, leaseMs, workerId } = request;
  const rows = await store.database.looseRows<Row>(
    lease(store.s),
    limit,
    queues === null ? null : textArray(queues),
    weights === undefined ? null : array(weights),
    token,
    Math.ceil(leaseMs),
    workerId,
    Math.random(),
  );
  if (rows.length > 0) store.handedOut(rows.length, leaseMs);
  // The server answers in the order in which it found them.
  rows.sort((a, b) => b[5] - a[5] || a[0] - b[0]);
  return rows.map((row) => toLeased(row, token, request));
}

function toLeased(row: Row, token: string, { leaseMs, workerId }: LeaseRequest): LeasedJob {
  return {
    id: row[1],
    task: row[2],
    args: row[3],
    queue: row[4],
    priority: row[5],
    delayMs: row[8],
    maxAttempts: row[9],
    retryDelayMs: row[10],
    timeoutMs: row[11],
    timeoutPolicy: row[12],
    storeResult: row[13],
    uniqueKey: row[14],
    uniqueForMs: row[15],
    state: "RUNNING",
    createdAt: row[7],
    runAt: row[6],
    attempts: row[16],
    losses: row[17],
    startedAt: row[18],
    finishedAt: null,
    workerId,
    result: null,
    error: null,
    errors: errorsOf(row[19]),
    token: toToken(row[0], token, row[1]),
    leaseUntil: row[18] + Math.ceil(leaseMs),
  };
}
