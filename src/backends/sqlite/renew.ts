/** Leases that go on. @module */

import type { LeaseRef, RenewReport } from "../../core/mod.ts";
import { fromToken, LIVE } from "./rows.ts";
import { STATE } from "./schema.ts";
import type { SqliteStore } from "./store.ts";

/** Inside of a transaction. A lease that ran out is live until its job is given on. */
export function renewLeases(store: SqliteStore, leases: readonly LeaseRef[], until: number): RenewReport {
  const lost: string[] = [];
  const cancelled: string[] = [];
  const batches = new Map<number, Set<number>>();
  for (const { id, token } of leases) {
    const { seq, lease: handedOut } = fromToken(token);
    const sql = `SELECT lease, cancel FROM jobs WHERE ${LIVE}`;
    const row = store.get<{ lease: number; cancel: number }>(sql, seq, handedOut, id);
    if (row === undefined) {
      lost.push(id);
      continue;
    }
    if (row.cancel === 1) cancelled.push(id);
    batches.set(row.lease, (batches.get(row.lease) ?? new Set()).add(seq));
  }
  for (const [lease, jobs] of batches) renewBatch(store, lease, jobs, until);
  return { lost, cancelled };
}

/** The rest of a batch whose jobs are not all renewed keeps the old lease. */
function renewBatch(store: SqliteStore, lease: number, jobs: ReadonlySet<number>, until: number): void {
  const count = `SELECT count(*) AS n FROM jobs WHERE state = ${STATE.running} AND lease = ?`;
  if (store.get<{ n: number }>(count, lease)!.n === jobs.size) {
    store.run("UPDATE leases SET until = ? WHERE id = ?", until, lease);
    return;
  }
  const split = "INSERT INTO leases (until, worker) SELECT ?, worker FROM leases WHERE id = ? RETURNING id";
  const { id } = store.get<{ id: number }>(split, until, lease)!;
  for (const seq of jobs) store.run("UPDATE jobs SET lease = ? WHERE seq = ?", id, seq);
}
