/** The end of a lease: a batch is one statement, whatever becomes of its jobs. @module */

import { cancelledByUser, MAX_JOB_ERRORS, type Settlement, type SettleStatus } from "nuvom";
import { array, fromToken, leaseKey, leaseKeyOf, textArray, type Token } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

/** Parameters: rows and leases of the tokens, results, how long the handlers ran. The usual case: nothing is to be looked at first. */
const succeed = (s: string) => `
WITH clock AS MATERIALIZED (SELECT ${s}.now_ms() AS now),
gone AS (
  DELETE FROM ${s}.live AS l USING unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[]) AS e (seq, token, result, ran)
  WHERE l.seq = e.seq AND l.token = e.token AND l.state = ${STATE.running}
  RETURNING l.seq, l.token, l.attempts, l.losses, l.run_at, l.started_at, l.worker, e.result, e.ran
),
done AS (
  UPDATE ${s}.jobs AS j SET state = ${STATE.success}, attempts = gone.attempts, losses = gone.losses, run_at = gone.run_at,
    started_at = greatest(gone.started_at, clock.now - gone.ran), finished_at = clock.now, worker = gone.worker,
    result = CASE WHEN j.store_result THEN gone.result END
  FROM gone CROSS JOIN clock WHERE j.seq = gone.seq
),
noted AS (
  INSERT INTO ${s}.endings (at, state, count, seqs)
  SELECT clock.now, ${STATE.success}, count(*), array_agg(gone.seq ORDER BY gone.seq) FROM gone CROSS JOIN clock GROUP BY clock.now
)
SELECT ${leaseKeyOf("gone")} FROM gone`;

/**
 * Parameters: rows and leases of the tokens; the state that follows; the delay, null where the job keeps its time; attempts
 * that are given back; result; error; error of the attempt; how long the handlers ran.
 *
 * A job that was to be cancelled does not come back: someone was promised that it does not run again. For it, `error` of an
 * end that would bring it back says so.
 */
const settle = (s: string) => `
WITH clock AS MATERIALIZED (SELECT ${s}.now_ms() AS now),
held AS MATERIALIZED (
  SELECT e.*, l.cancel, l.state AS was, CASE WHEN l.cancel AND e.state NOT IN (${STATE.success}, ${STATE.failed}, ${STATE.cancelled})
    THEN ${STATE.cancelled} ELSE e.state END AS next
  FROM unnest($1::bigint[], $2::bigint[], $3::integer[], $4::bigint[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::bigint[])
    AS e (seq, token, state, delay, refund, result, error, attempt, ran)
  JOIN ${s}.live AS l ON l.seq = e.seq AND l.token = e.token AND l.state = ${STATE.running} ORDER BY e.seq FOR UPDATE OF l
),
gone AS (
  DELETE FROM ${s}.live AS l USING held
  WHERE l.seq = held.seq AND held.next IN (${STATE.success}, ${STATE.failed}, ${STATE.cancelled})
  RETURNING l.*, held.next, held.result, held.error, held.attempt, held.ran, held.refund, held.state AS asked
),
done AS (
  UPDATE ${s}.jobs AS j SET state = gone.next, attempts = gone.attempts - gone.refund, losses = gone.losses, run_at = gone.run_at,
    started_at = CASE WHEN gone.next = gone.asked THEN greatest(gone.started_at, clock.now - gone.ran) END,
    finished_at = clock.now, worker = CASE WHEN gone.next = gone.asked THEN gone.worker END,
    result = CASE WHEN j.store_result THEN gone.result END, error = CASE WHEN gone.next <> ${STATE.success} THEN gone.error END,
    errors = ${errorsWith("gone.attempt")}
  FROM gone CROSS JOIN clock WHERE j.seq = gone.seq
),
noted AS (
  INSERT INTO ${s}.endings (at, state, count, seqs)
  SELECT clock.now, gone.next, count(*), array_agg(gone.seq ORDER BY gone.seq) FROM gone CROSS JOIN clock GROUP BY clock.now, gone.next
),
back AS (
  UPDATE ${s}.live AS l SET state = held.next, run_at = coalesce(clock.now + held.delay, l.run_at), attempts = l.attempts - held.refund,
    token = NULL, until = NULL, started_at = NULL, worker = NULL
  FROM held CROSS JOIN clock
  WHERE l.seq = held.seq AND held.next NOT IN (${STATE.success}, ${STATE.failed}, ${STATE.cancelled})
  RETURNING l.seq, held.attempt, held.delay
),
told AS (
  UPDATE ${s}.jobs AS j SET errors = ${
  errorsWith("back.attempt")
} FROM back WHERE j.seq = back.seq AND back.attempt IS NOT NULL
),
rung AS (SELECT pg_notify($10, CASE WHEN max(delay) > 0 THEN 'later' ELSE '' END) FROM back HAVING count(*) > 0)
SELECT ${leaseKeyOf("held")} FROM held LEFT JOIN rung ON true`;

/** The last errors of a job and one more. */
function errorsWith(added: string): string {
  const all = `(coalesce(j.errors, '{}') || ${added})`;
  return `CASE WHEN ${added} IS NULL THEN j.errors ELSE ${all}[greatest(1, cardinality(${all}) - ${
    MAX_JOB_ERRORS - 1
  }):] END`;
}

/** What is written of one settlement. */
interface End extends Token {
  readonly state: number;
  readonly delay: number | null;
  readonly refund: 0 | 1;
  readonly result: string | null;
  readonly error: string | null;
  readonly attempt: string | null;
  readonly ran: number | null;
}

/** Ends leases in one transaction; a status for each, in order. */
export async function settleAll(store: Store, settlements: readonly Settlement[]): Promise<SettleStatus[]> {
  const ends = new Map<number, End>();
  const seen = new Set<string>();
  settlements.forEach((settlement, index) => {
    const token = fromToken(settlement.token, settlement.id);
    // The first of two ends of one lease counts.
    if (token === null || seen.has(settlement.token)) return;
    seen.add(settlement.token);
    ends.set(index, { ...token, ...endOf(settlement) });
  });
  const settled = ends.size === 0 ? new Set<string>() : await write(store, [...ends.values()]);
  return settlements.map((_, index) => {
    const end = ends.get(index);
    return end !== undefined && settled.has(leaseKey(end)) ? "settled" : "stale";
  });
}

/** Answers which leases were live. */
async function write(store: Store, ends: readonly End[]): Promise<Set<string>> {
  const of = <T>(pick: (end: End) => T): T[] => ends.map(pick);
  const [seqs, leases, results] = [
    array(of(({ seq }) => seq)),
    array(of(({ lease }) => lease)),
    textArray(of(({ result }) => result)),
  ];
  const ran = array(of((end) => end.ran));
  if (ends.every(({ state }) => state === STATE.success)) {
    const rows = await store.database.rows<[key: string]>(succeed(store.s), seqs, leases, results, ran);
    return new Set(rows.map(([key]) => key));
  }
  const rows = await store.database.rows<[key: string]>(
    settle(store.s),
    seqs,
    leases,
    array(of(({ state }) => state)),
    array(of(({ delay }) => delay)),
    array(of(({ refund }) => refund)),
    results,
    textArray(of(({ error }) => error)),
    textArray(of(({ attempt }) => attempt)),
    ran,
    store.channel,
  );
  for (const { delay } of ends) if (delay !== null) store.dueWithin(delay);
  return new Set(rows.map(([key]) => key));
}

function endOf(settlement: Settlement): Omit<End, keyof Token> {
  const none = { delay: null, refund: 0, result: null, error: null, attempt: null, ran: null } as const;
  const ran = (ms: number | undefined) => ms === undefined ? null : Math.round(ms);
  switch (settlement.action) {
    case "succeed":
      return { ...none, state: STATE.success, result: settlement.result, ran: ran(settlement.ranMs) };
    case "fail": {
      const attempt = settlement.attempt === null ? null : JSON.stringify(settlement.attempt);
      return {
        ...none,
        state: STATE.failed,
        error: JSON.stringify(settlement.error),
        attempt,
        ran: ran(settlement.ranMs),
      };
    }
    case "cancel":
      return { ...none, state: STATE.cancelled, error: JSON.stringify(settlement.error), ran: ran(settlement.ranMs) };
  }
  const error = JSON.stringify(cancelledByUser(settlement.id));
  const after = (ms: number, waiting: number) => ({ state: ms > 0 ? waiting : STATE.pending, delay: Math.ceil(ms) });
  switch (settlement.action) {
    case "retry":
      return {
        ...none,
        ...after(settlement.delayMs, STATE.retrying),
        error,
        attempt: JSON.stringify(settlement.attempt),
      };
    case "snooze":
      return { ...none, ...after(settlement.delayMs, STATE.scheduled), error, refund: 1 };
    case "release":
      return { ...none, state: STATE.pending, error, refund: 1 };
  }
}
