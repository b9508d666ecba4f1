/** What running jobs told of themselves. @module */

import { type JobReport, type JobTrace, traceWith } from "nuvom";
import { array, fromToken, leaseKey, leaseKeyOf, textArray } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

const live = (s: string) => `
  SELECT ${leaseKeyOf("l")}, l.seq, t.trace FROM unnest($1::bigint[], $2::bigint[]) AS e (seq, token)
  JOIN ${s}.live AS l ON l.seq = e.seq AND l.token = e.token AND l.state = ${STATE.running}
  LEFT JOIN ${s}.traces AS t ON t.seq = l.seq`;

const keep = (s: string) => `
  INSERT INTO ${s}.traces (seq, trace) SELECT * FROM unnest($1::bigint[], $2::text[])
  ON CONFLICT (seq) DO UPDATE SET trace = excluded.trace`;

/** Reports by a token that is not the live one are passed over. A job reports from one worker alone, one report at a time. */
export async function keepReports({ database, s }: Store, reports: readonly JobReport[]): Promise<void> {
  const told = reports.flatMap((report) => {
    const token = fromToken(report.token, report.id);
    return token === null ? [] : [{ report, ...token }];
  });
  const rows = await database.looseRows<[key: string, seq: number, trace: string | null]>(
    live(s),
    array(told.map(({ seq }) => seq)),
    array(told.map(({ lease }) => lease)),
  );
  if (rows.length === 0) return;
  const jobs = new Map(
    rows.map(([key, seq, trace]) => [key, { seq, trace: trace === null ? null : JSON.parse(trace) as JobTrace }]),
  );
  for (const { report, ...token } of told) {
    const job = jobs.get(leaseKey(token));
    if (job !== undefined) job.trace = traceWith(job.trace, report);
  }
  const kept = [...jobs.values()];
  await database.looseRows(
    keep(s),
    array(kept.map(({ seq }) => seq)),
    textArray(kept.map(({ trace }) => JSON.stringify(trace))),
  );
}

/** Null: the job never told anything. */
export async function tracesOf({ database, s }: Store, ids: readonly string[]): Promise<(JobTrace | null)[]> {
  const sql =
    `SELECT j.id, t.trace FROM ${s}.jobs AS j JOIN ${s}.traces AS t ON t.seq = j.seq WHERE j.id = ANY ($1::text[])`;
  const traces = new Map(await database.rows<[id: string, trace: string]>(sql, textArray(ids)));
  return ids.map((id) => traces.has(id) ? JSON.parse(traces.get(id)!) : null);
}
