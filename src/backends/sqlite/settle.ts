/** The end of a lease. @module */

import { type AttemptError, MAX_JOB_ERRORS, type Settlement, type SettleStatus } from "../../core/mod.ts";
import { fromToken } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

const LIVE = `WHERE seq = ? AND lease = ? AND state = ${STATE.running}`;

const SUCCEED = `UPDATE jobs SET state = ${STATE.success}, finished_at = ?, cancel = 0,
  result = iif(store_result, ?, NULL) ${LIVE}`;

const FINISH = `UPDATE jobs SET state = ?, finished_at = ?, cancel = 0, error = ?, errors = ? ${LIVE}`;

const BACK = `UPDATE jobs SET state = ?, run_at = ifnull(?, run_at), attempts = attempts - ?, errors = ?, lease = NULL,
  cancel = 0, started_at = NULL, worker = NULL ${LIVE}`;

/** Settles one job inside of a transaction. */
export function settleOne(store: SqliteStore, settlement: Settlement, now: number): SettleStatus {
  const { seq, lease } = fromToken(settlement.token);
  const changed = (sql: string, ...values: (string | number | null)[]): SettleStatus =>
    store.run(sql, ...values, seq, lease) === 1 ? "settled" : "stale";
  const errors = (added: AttemptError | null) => errorsWith(store, seq, added);
  switch (settlement.action) {
    case "succeed":
      return changed(SUCCEED, now, settlement.result);
    case "fail":
      return changed(FINISH, STATE.failed, now, JSON.stringify(settlement.error), errors(settlement.attempt));
    case "cancel":
      return changed(FINISH, STATE.cancelled, now, JSON.stringify(settlement.error), errors(null));
    case "retry":
      return changed(
        BACK,
        stateAfter(settlement.delayMs, STATE.retrying),
        now + settlement.delayMs,
        0,
        errors(settlement.attempt),
      );
    case "snooze":
      return changed(BACK, stateAfter(settlement.delayMs, STATE.scheduled), now + settlement.delayMs, 1, errors(null));
    case "release":
      return changed(BACK, STATE.pending, null, 1, errors(null));
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
