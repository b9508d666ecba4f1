/** The end of a lease. @module */

import { type AttemptError, MAX_JOB_ERRORS, type Settlement, type SettleStatus } from "../../core/mod.ts";
import { cancelledByUser } from "../errors.ts";
import { fromToken, LIVE } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

const SUCCEED = `UPDATE jobs SET state = ${STATE.success}, finished_at = ?, cancel = 0,
  result = iif(store_result, ?, NULL) WHERE ${LIVE}`;

const FINISH = `UPDATE jobs SET state = ?, finished_at = ?, cancel = 0, error = ?, errors = ? WHERE ${LIVE}`;

const BACK = `UPDATE jobs SET state = ?, run_at = ifnull(?, run_at), attempts = attempts - ?, errors = ?, lease = NULL,
  started_at = NULL, worker = NULL WHERE ${LIVE}`;

/** Someone was promised that a job that comes back does not run again. */
const CANCEL = `UPDATE jobs SET state = ${STATE.cancelled}, finished_at = ?, cancel = 0, error = ?
  WHERE seq = ? AND cancel = 1`;

/** Settles one job inside of a transaction. */
export function settleOne(store: SqliteStore, settlement: Settlement, now: number): SettleStatus {
  const { seq, lease } = fromToken(settlement.token);
  const changed = (sql: string, ...values: (string | number | null)[]): SettleStatus =>
    store.run(sql, ...values, seq, lease, settlement.id) === 1 ? "settled" : "stale";
  const back = (state: number, runAt: number | null, refund: 0 | 1, added: AttemptError | null): SettleStatus => {
    const status = changed(BACK, state, runAt, refund, errorsWith(store, seq, added));
    if (status === "settled") store.run(CANCEL, now, JSON.stringify(cancelledByUser(settlement.id)), seq);
    return status;
  };
  const after = (delayMs: number) => now + Math.ceil(delayMs);
  switch (settlement.action) {
    case "succeed":
      return changed(SUCCEED, now, settlement.result);
    case "fail": {
      const errors = errorsWith(store, seq, settlement.attempt);
      return changed(FINISH, STATE.failed, now, JSON.stringify(settlement.error), errors);
    }
    case "cancel": {
      const errors = errorsWith(store, seq, null);
      return changed(FINISH, STATE.cancelled, now, JSON.stringify(settlement.error), errors);
    }
    case "retry":
      return back(stateAfter(settlement.delayMs, STATE.retrying), after(settlement.delayMs), 0, settlement.attempt);
    case "snooze":
      return back(stateAfter(settlement.delayMs, STATE.scheduled), after(settlement.delayMs), 1, null);
    case "release":
      return back(STATE.pending, null, 1, null);
  }
}

function stateAfter(delayMs: number, waiting: number): number {
  return delayMs > 0 ? waiting : STATE.pending;
}

/** The errors of the job so far and one more, as JSON text; the oldest are dropped. */
function errorsWith(store: SqliteStore, seq: number, added: AttemptError | null): string | null {
  const kept = store.get<{ errors: string | null }>("SELECT errors FROM jobs WHERE seq = ?", seq)?.errors ?? null;
  if (added === null) return kept;
  const list: AttemptError[] = kept === null ? [] : JSON.parse(kept);
  return JSON.stringify([...list, added].slice(-MAX_JOB_ERRORS));
}
