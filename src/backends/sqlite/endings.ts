/** Which jobs ended when, for a history that is read from its end. @module */

import type { ResultQuery } from "../../core/mod.ts";
import { finalState } from "./rows.ts";
import type { SqliteStore } from "./store.ts";

/** The ends of one transaction, all of one moment: a row for each final state, however many jobs there are. */
export class Endings {
  readonly at: number;
  readonly #seqs = new Map<number, number[]>();

  /** @param at Written as `finished_at` of the jobs. */
  constructor(at: number) {
    this.at = at;
  }

  /** Notes the end of a job. */
  add(state: number, seq: number): void {
    const seqs = this.#seqs.get(state);
    if (seqs === undefined) this.#seqs.set(state, [seq]);
    else seqs.push(seq);
  }

  /** At the end of the transaction. */
  write(store: SqliteStore): void {
    const sql = "INSERT INTO endings (at, state, seqs) VALUES (?, ?, ?)";
    for (const [state, seqs] of this.#seqs) store.run(sql, this.at, state, JSON.stringify(seqs));
  }
}

/** An end that is none any more: the job runs again or was replaced. Numbers of jobs are taken from what is noted. */
export function forgetEnding(store: SqliteStore, at: number, state: number, seq: number): void {
  const without = "(SELECT json_group_array(value) FROM json_each(seqs) WHERE value <> ?1)";
  store.run(`UPDATE endings SET seqs = ${without} WHERE at = ?2 AND state = ?3`, seq, at, state);
  store.run("DELETE FROM endings WHERE at = ? AND state = ? AND seqs = '[]'", at, state);
}

/** The jobs that ended last, in the order of a list. A job that was replaced or runs again does not fit what was noted. */
export function lastEnded(store: SqliteStore, query: ResultQuery): number[] {
  const { states = ["SUCCESS", "FAILED", "CANCELLED"], limit, after } = query;
  const { before = Number.MAX_SAFE_INTEGER, since = Number.MIN_SAFE_INTEGER, task = null, queue = null } = query;
  // Written out for SQLite, which finds the place in the index by the first condition only.
  const place = after === undefined ? [Number.MAX_SAFE_INTEGER, ""] as const : [after.finishedAt, after.id] as const;
  // By itself SQLite would take the states first, then sort the whole history for the last ten.
  const index = states.length > 1 ? "endings_at" : "endings_of_state";
  const sql = `SELECT jobs.seq FROM endings INDEXED BY ${index} CROSS JOIN json_each(endings.seqs) AS ended
    CROSS JOIN jobs ON jobs.seq = ended.value AND jobs.state = endings.state AND jobs.finished_at = endings.at
    WHERE endings.at <= ?1 AND (endings.at < ?1 OR jobs.id < ?2) AND endings.at < ?3 AND endings.at >= ?4
      AND endings.state IN (${states.map(finalState).join(", ")})
      AND (?5 IS NULL OR jobs.task = ?5) AND (?6 IS NULL OR jobs.queue = ?6)
    ORDER BY endings.at DESC, jobs.id DESC LIMIT ?7`;
  const rows = store.rows<[seq: number]>(sql, ...place, before, since, task, queue, limit);
  return [...new Set(rows.map(([seq]) => seq))];
}
