/** Forgetting finished jobs. @module */

import type { PruneRequest } from "nuvom";
import type { Runner } from "./database.ts";
import { array, finalState } from "./rows.ts";
import type { Store } from "./store.ts";

/** So many jobs go with one transaction. */
const AT_ONCE = 1_000;
/** Of those who forget in one schema, one does so at a time. */
const LOCK = 0x6e75766f + 1;

/** Forgets the earliest ended; answers how many. */
export async function pruneFinished({ database, s }: Store, request: PruneRequest): Promise<number> {
  const states = array(request.states.map(finalState));
  let pruned = 0;
  while (pruned < request.limit) {
    const limit = Math.min(AT_ONCE, request.limit - pruned);
    const step = await database.transaction(async (tx) => {
      await tx.rows("SELECT pg_advisory_xact_lock($1::integer, hashtext($2))", LOCK, s);
      return await pruneStep(s, tx, { ...request, limit }, states);
    });
    pruned += step;
    if (step < limit) break;
  }
  await database.rows(`DELETE FROM ${s}.unique_keys WHERE orphan AND until <= ${s}.now_ms()`);
  return pruned;
}

/** Answers how many jobs went. */
async function pruneStep(
  s: string,
  tx: Runner,
  { olderThanMs, keep, limit }: PruneRequest,
  states: string,
): Promise<number> {
  const surplus = keep === null ? 0 : await surplusOf(s, tx, states, keep);
  const over = await tx.rows<[at: number, state: number, seqs: string, old: boolean]>(
    `SELECT at, state, seqs, $2::bigint IS NOT NULL AND at <= ${s}.now_ms() - $2 FROM ${s}.endings WHERE state = ANY ($1::smallint[])
      ORDER BY at, seqs LIMIT $3 FOR UPDATE`,
    states,
    olderThanMs === null ? null : Math.round(olderThanMs),
    limit,
  );
  let pruned = 0;
  for (const [at, state, text, old] of over) {
    const most = old ? limit : Math.min(limit, surplus);
    if (pruned >= most) break;
    const seqs = text.slice(1, -1).split(",");
    const first = seqs.slice(0, most - pruned);
    await forget(s, tx, {
      at,
      state,
      all: text,
      first: array(first),
      rest: seqs.length > first.length ? array(seqs.slice(first.length)) : null,
    });
    pruned += first.length;
  }
  return pruned;
}

/** How many finished jobs there are too many. */
async function surplusOf(s: string, tx: Runner, states: string, keep: number): Promise<number> {
  const [row] = await tx.rows<[number]>(
    `SELECT coalesce(sum(count), 0)::bigint FROM ${s}.endings WHERE state = ANY ($1::smallint[])`,
    states,
  );
  return row![0] - keep;
}

interface Part {
  readonly at: number;
  readonly state: number;
  /** As they are noted. */
  readonly all: string;
  readonly first: string;
  /** Null where nothing is left. */
  readonly rest: string | null;
}

/** The conditions keep a job that was written anew since. */
const gone = (s: string) => `
WITH gone AS (
  DELETE FROM ${s}.jobs WHERE seq = ANY ($1::bigint[]) AND state = $2 AND finished_at = $3 RETURNING seq, unique_key
),
keys AS (
  UPDATE ${s}.unique_keys AS k SET orphan = true FROM gone WHERE k.key = gone.unique_key AND k.seq = gone.seq
)
DELETE FROM ${s}.traces AS t USING gone WHERE t.seq = gone.seq`;

async function forget(s: string, tx: Runner, { at, state, all, first, rest }: Part): Promise<void> {
  await tx.rows(gone(s), first, state, at);
  const here = `at = $1 AND state = $2 AND seqs = $3::bigint[]`;
  if (rest === null) await tx.rows(`DELETE FROM ${s}.endings WHERE ${here}`, at, state, all);
  else {await tx.rows(
      `UPDATE ${s}.endings SET seqs = $4::bigint[], count = cardinality($4::bigint[]) WHERE ${here}`,
      at,
      state,
      all,
      rest,
    );}
}
