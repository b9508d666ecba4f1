/** Which jobs ended when, for a history that is read from its end. @module */

import type { ResultQuery } from "nuvom";
import type { Runner } from "./database.ts";
import { COLUMNS, finalState, type JobRow } from "./rows.ts";
import type { Store } from "./store.ts";

/** An end of a job. */
export interface Ending {
  readonly at: number;
  readonly state: number;
  readonly seq: number;
}

/** So many rows of the history are read at first; then always twice as many. */
const FIRST_PAGE = 16;
const LARGEST_PAGE = 1_024;

/** An end that is none any more: the job runs again or was replaced. */
export async function forgetEnding(s: string, tx: Runner, { at, state, seq }: Ending): Promise<void> {
  await tx.rows(
    `UPDATE ${s}.endings SET seqs = array_remove(seqs, $3), count = cardinality(array_remove(seqs, $3))
      WHERE at = $1 AND state = $2 AND $3 = ANY (seqs)`,
    at,
    state,
    seq,
  );
  await tx.rows(`DELETE FROM ${s}.endings WHERE at = $1 AND state = $2 AND count = 0`, at, state);
}

/**
 * Some moments of the history, the latest first, and of their jobs those that are asked for. Parameters: before which
 * time; since when; states; how many rows; task; queue; place of the page, which is a time and an id; how many jobs.
 */
const page = (s: string) => `
WITH latest AS (
  SELECT at FROM ${s}.endings WHERE at < $1 AND at >= $2 AND state = ANY ($3::smallint[]) ORDER BY at DESC LIMIT $4
)
SELECT (SELECT min(at) FROM latest), (SELECT count(*) FROM latest), ${COLUMNS}
FROM (SELECT) AS once LEFT JOIN (
  SELECT ended.seq, endings.at, endings.state FROM ${s}.endings CROSS JOIN LATERAL unnest(endings.seqs) AS ended (seq)
  WHERE endings.at >= (SELECT min(at) FROM latest) AND endings.at < $1 AND endings.state = ANY ($3::smallint[])
) AS e ON true
LEFT JOIN ${s}.jobs AS j ON j.seq = e.seq AND j.state = e.state AND j.finished_at = e.at
  AND ($5::text IS NULL OR j.task = $5) AND ($6::text IS NULL OR j.queue = $6)
  AND (j.finished_at < $7 OR j.finished_at = $7 AND j.id < $8::text COLLATE "C")
LEFT JOIN ${s}.live AS l ON false
ORDER BY j.finished_at DESC NULLS LAST, j.id DESC LIMIT $9`;

type Row = readonly [earliest: number | null, read: number, ...JobRow];

/** The jobs that ended last, in the order of a list. */
export async function lastEnded({ database, s }: Store, query: ResultQuery): Promise<JobRow[]> {
  const { states = ["SUCCESS", "FAILED", "CANCELLED"], limit, task = null, queue = null, after } = query;
  const { before = Number.MAX_SAFE_INTEGER, since = Number.MIN_SAFE_INTEGER } = query;
  const place = [after?.finishedAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? ""] as const;
  const numbers = `{${states.map(finalState).join()}}`;
  const found: JobRow[] = [];
  let until = Math.min(before, after === undefined ? before : after.finishedAt + 1);
  for (let size = FIRST_PAGE; found.length < limit; size = Math.min(size * 2, LARGEST_PAGE)) {
    const values = [until, since, numbers, size, task, queue, ...place, limit - found.length] as const;
    const rows = await database.longRows<Row>(page(s), ...values);
    found.push(...rows.filter((row) => row[2] !== null).map(([, , ...row]) => row as unknown as JobRow));
    const [earliest, read] = rows[0]!;
    if (earliest === null || read < size) break;
    until = earliest;
  }
  return found;
}
