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

/** The jobs that ended last, the latest first. A job that was replaced or runs again does not fit what was noted. */
export function lastEnded(store: SqliteStore, query: ResultQuery): number[] {
  const { states = ["SUCCESS", "FAILED", "CANCELLED"], limit, before = Number.MAX_SAFE_INTEGER } = query;
  const sql = `SELECT jobs.seq FROM endings CROSS JOIN json_each(endings.seqs) AS ended
    CROSS JOIN jobs ON jobs.seq = ended.value AND jobs.state = endings.state AND jobs.finished_at = endings.at
    WHERE endings.at < ? AND endings.state IN (${states.map(finalState).join(", ")})
    ORDER BY endings.at DESC, jobs.seq DESC LIMIT ?`;
  return [...new Set(store.rows<[seq: number]>(sql, before, limit).map(([seq]) => seq))];
}
