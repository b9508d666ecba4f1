/** Forgetting finished jobs. @module */

import type { PruneRequest } from "../../core/mod.ts";
import { finalState } from "./rows.ts";
import type { SqliteStore } from "./store.ts";

/** So many jobs go with one transaction, some milliseconds: other processes write in between. */
const AT_ONCE = 250;

/** A row of `endings`. */
interface Ending {
  readonly rowid: number;
  readonly at: number;
  readonly state: number;
  readonly seqs: string;
}

/** Forgets the earliest ended; answers how many. */
export async function pruneFinished(store: SqliteStore, request: PruneRequest): Promise<number> {
  const states = request.states.map(finalState);
  const { keep } = request;
  const mayBeTooMany = keep !== null && store.read(() => surplusOf(store, states, keep)) > 0;
  const until = request.olderThanMs === null ? -Infinity : store.clock.now() - request.olderThanMs;
  let pruned = 0;
  while (pruned < request.limit) {
    // What is too many is counted where it is forgotten: another process may forget at the same time. As that is slow,
    // it is done once.
    const limit = mayBeTooMany ? request.limit : Math.min(AT_ONCE, request.limit - pruned);
    const step = store.writeLoosely(() => {
      const surplus = mayBeTooMany ? surplusOf(store, states, keep) : 0;
      return pruneStep(store, { states, until, surplus, limit });
    });
    pruned += step;
    if (step < limit) break;
    // A turn of the event loop for those who wait in this process.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  store.writeLoosely(() => store.run("DELETE FROM unique_keys WHERE orphan = 1 AND until <= ?", store.clock.now()));
  return pruned;
}

/** Inside of a transaction: how many finished jobs there are too many. */
function surplusOf(store: SqliteStore, states: readonly number[], keep: number): number {
  // There are no more jobs than numbers between the first and the last: mostly nothing needs to be counted.
  const { first, last } = store.get<{ first: number; last: number }>(
    "SELECT ifnull((SELECT min(seq) FROM jobs), 0) AS first, ifnull((SELECT max(seq) FROM jobs), -1) AS last",
  )!;
  if (last - first + 1 <= keep) return 0;
  const sql = `SELECT ifnull(sum(json_array_length(seqs)), 0) AS n FROM endings WHERE state IN (${states.join(", ")})`;
  return store.get<{ n: number }>(sql)!.n - keep;
}

interface Step {
  readonly states: readonly number[];
  /** All that ended until then go. */
  readonly until: number;
  /** So many go whenever they ended. */
  readonly surplus: number;
  readonly limit: number;
}

/** Inside of a transaction; answers how many jobs went. */
function pruneStep(store: SqliteStore, { states, until, surplus, limit }: Step): number {
  let pruned = 0;
  for (const ending of firstEndings(store, states, limit)) {
    const most = ending.at <= until ? limit : Math.min(limit, surplus);
    if (pruned >= most) break;
    const seqs: number[] = JSON.parse(ending.seqs);
    const over = seqs.slice(0, most - pruned);
    forget(store, ending, over);
    if (over.length === seqs.length) store.run("DELETE FROM endings WHERE rowid = ?", ending.rowid);
    else writeRest(store, ending, seqs.slice(over.length));
    pruned += over.length;
  }
  return pruned;
}

function writeRest(store: SqliteStore, { rowid }: Ending, seqs: readonly number[]): void {
  store.run("UPDATE endings SET seqs = ? WHERE rowid = ?", JSON.stringify(seqs), rowid);
}

/** The earliest ends of all these states together: each state has its place in an index. */
function firstEndings(store: SqliteStore, states: readonly number[], limit: number): Ending[] {
  const sql = "SELECT rowid, at, state, seqs FROM endings WHERE state = ? ORDER BY at, rowid LIMIT ?";
  return states.flatMap((state) => store.all<Ending>(sql, state, limit)).sort((a, b) =>
    a.at - b.at || a.rowid - b.rowid
  );
}

/** The conditions keep a job that was written anew since: its number may have been given to another. */
function forget(store: SqliteStore, { at, state }: Ending, seqs: readonly number[]): void {
  const these = "seq IN (SELECT value FROM json_each(?1)) AND state = ?2 AND finished_at = ?3";
  const values = [JSON.stringify(seqs), state, at];
  const ids = `SELECT id FROM jobs WHERE ${these}`;
  const keys = `SELECT unique_key FROM jobs WHERE ${these} AND unique_key IS NOT NULL`;
  if (store.get("SELECT 1 FROM unique_keys LIMIT 1") !== undefined) {
    store.run(`UPDATE unique_keys SET orphan = 1 WHERE key IN (${keys}) AND id IN (${ids})`, ...values);
  }
  if (store.get("SELECT 1 FROM traces LIMIT 1") !== undefined) {
    store.run(`DELETE FROM traces WHERE id IN (${ids})`, ...values);
  }
  store.run(`DELETE FROM jobs WHERE ${these}`, ...values);
}
