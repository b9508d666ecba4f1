/** The end of jobs that nobody runs. @module */

import type { ErrorData } from "nuvom";
import type { Runner } from "./database.ts";
import { array, textArray } from "./rows.ts";
import type { Store } from "./store.ts";

/** One end. */
export interface WaitingEnd {
  readonly seq: number;
  /** Final. */
  readonly state: number;
  readonly error: ErrorData;
  /** Its lease ran out: the attempt is given back, and the loss is counted. */
  readonly lost: boolean;
}

const end = (s: string) => `
WITH clock AS MATERIALIZED (SELECT ${s}.now_ms() AS now),
gone AS (
  DELETE FROM ${s}.live AS l USING unnest($1::bigint[], $2::integer[], $3::text[], $4::integer[]) AS e (seq, state, error, lost)
  WHERE l.seq = e.seq
  RETURNING l.seq, l.attempts - e.lost AS attempts, l.losses + e.lost AS losses, l.run_at, e.state, e.error
),
done AS (
  UPDATE ${s}.jobs AS j SET state = gone.state, attempts = gone.attempts, losses = gone.losses, run_at = gone.run_at,
    finished_at = clock.now, error = gone.error
  FROM gone CROSS JOIN clock WHERE j.seq = gone.seq
)
INSERT INTO ${s}.endings (at, state, count, seqs)
SELECT clock.now, gone.state, count(*), array_agg(gone.seq ORDER BY gone.seq) FROM gone CROSS JOIN clock GROUP BY clock.now, gone.state`;

/** Their rows in `live` are locked by the transaction. */
export async function endWaiting(store: Store, tx: Runner, ends: readonly WaitingEnd[]): Promise<void> {
  if (ends.length === 0) return;
  await tx.rows(
    end(store.s),
    array(ends.map(({ seq }) => seq)),
    array(ends.map(({ state }) => state)),
    textArray(ends.map(({ error }) => JSON.stringify(error))),
    array(ends.map(({ lost }) => lost ? 1 : 0)),
  );
}
