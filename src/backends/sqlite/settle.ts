/** The end of a lease. @module */

import { cancelledByUser, MAX_JOB_ERRORS, type Settlement, type SettleStatus } from "../../core/mod.ts";
import { Endings } from "./endings.ts";
import { fromToken, LIVE } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

const SUCCEED = `UPDATE jobs SET state = ${STATE.success}, started_at = max(started_at, ?), finished_at = ?, cancel = 0,
  result = iif(store_result, ?, NULL) WHERE ${LIVE}`;

/** The errors of the job so far and one more (the first parameter, JSON; NULL: none); the oldest is dropped. */
const ERRORS = `CASE
  WHEN ?1 IS NULL THEN errors
  WHEN errors IS NULL THEN '[' || ?1 || ']'
  WHEN json_array_length(errors) < ${MAX_JOB_ERRORS} THEN json_insert(errors, '$[#]', json(?1))
  ELSE json_insert(json_remove(errors, '$[0]'), '$[#]', json(?1)) END`;

const FINISH = `UPDATE jobs SET errors = ${ERRORS}, state = ?, started_at = max(started_at, ?), finished_at = ?,
  cancel = 0, error = ? WHERE ${LIVE}`;

const BACK = `UPDATE jobs SET errors = ${ERRORS}, state = ?, run_at = ifnull(?, run_at), attempts = attempts - ?,
  lease = NULL, started_at = NULL, worker = NULL WHERE cancel = ? AND ${LIVE}`;

const CANCEL = `UPDATE jobs SET state = ${STATE.cancelled}, finished_at = ?, cancel = 0, error = ? WHERE seq = ?`;

/** Settles inside of a transaction. */
export function settleAll(store: SqliteStore, settlements: readonly Settlement[], now: number): SettleStatus[] {
  const endings = new Endings(now);
  const statuses = settlements.map((settlement) => settleOne(store, settlement, endings) ? "settled" : "stale");
  endings.write(store);
  return statuses;
}

/** Whether the token was live. */
function settleOne(store: SqliteStore, settlement: Settlement, endings: Endings): boolean {
  const { at: now } = endings;
  const { seq, lease } = fromToken(settlement.token);
  const changed = (sql: string, ...values: (string | number | null)[]): boolean =>
    store.run(sql, ...values, seq, lease, settlement.id) === 1;
  const ended = (state: number, sql: string, ...values: (string | number | null)[]): boolean => {
    const live = changed(sql, ...values);
    if (live) endings.add(state, seq);
    return live;
  };
  const back = (state: number, runAt: number | null, refund: 0 | 1, error: string | null): boolean => {
    if (changed(BACK, error, state, runAt, refund, 0)) return true;
    if (!changed(BACK, error, state, runAt, refund, 1)) return false;
    // Someone was promised that a job that comes back does not run again.
    store.run(CANCEL, now, JSON.stringify(cancelledByUser(settlement.id)), seq);
    endings.add(STATE.cancelled, seq);
    return true;
  };
  const start = (ranMs: number | undefined) => ranMs === undefined ? 0 : now - Math.round(ranMs);
  const after = (delayMs: number) => now + Math.ceil(delayMs);
  switch (settlement.action) {
    case "succeed":
      return ended(STATE.success, SUCCEED, start(settlement.ranMs), now, settlement.result);
    case "fail":
      return ended(
        STATE.failed,
        FINISH,
        settlement.attempt === null ? null : JSON.stringify(settlement.attempt),
        STATE.failed,
        start(settlement.ranMs),
        now,
        JSON.stringify(settlement.error),
      );
    case "cancel":
      return ended(
        STATE.cancelled,
        FINISH,
        null,
        STATE.cancelled,
        start(settlement.ranMs),
        now,
        JSON.stringify(settlement.error),
      );
    case "retry": {
      const error = JSON.stringify(settlement.attempt);
      return back(stateAfter(settlement.delayMs, STATE.retrying), after(settlement.delayMs), 0, error);
    }
    case "snooze":
      return back(stateAfter(settlement.delayMs, STATE.scheduled), after(settlement.delayMs), 1, null);
    case "release":
      return back(STATE.pending, null, 1, null);
  }
}

function stateAfter(delayMs: number, waiting: number): number {
  return delayMs > 0 ? waiting : STATE.pending;
}
