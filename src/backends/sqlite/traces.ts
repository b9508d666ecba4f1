/** What running jobs told of themselves. @module */

import { type JobReport, type JobTrace, traceWith } from "../../core/mod.ts";
import { fromToken, LIVE } from "./rows.ts";
import type { SqliteStore } from "./store.ts";

/** Inside of a transaction. Reports by a token that is not the live one are passed over. */
export function keepReports(store: SqliteStore, reports: readonly JobReport[]): void {
  for (const report of reports) {
    const { seq, lease } = fromToken(report.token);
    if (store.get(`SELECT 1 FROM jobs WHERE ${LIVE}`, seq, lease, report.id) === undefined) continue;
    const trace = JSON.stringify(traceWith(traceOf(store, report.id), report));
    store.run("INSERT OR REPLACE INTO traces (id, trace) VALUES (?, ?)", report.id, trace);
  }
}

/** Null: the job never told anything. */
export function traceOf(store: SqliteStore, id: string): JobTrace | null {
  const row = store.get<{ trace: string }>("SELECT trace FROM traces WHERE id = ?", id);
  return row === undefined ? null : JSON.parse(row.trace);
}
