/** What a worker of nuvom left in its database: the harness reads it from outside, so that the worker tells nothing. @module */

import { DatabaseSync } from "node:sqlite";
import { STATE } from "../../src/backends/sqlite/schema.ts";
import type { Kind } from "./adapter.ts";
import type { NuvomStore } from "./nuvom_store.ts";

/** A look into the database of a project. */
export class NuvomDatabase implements NuvomStore {
  readonly #db: DatabaseSync;

  constructor(project: string) {
    this.#db = new DatabaseSync(`${project}/.nuvom/nuvom.db`, { readOnly: true, timeout: 10_000 });
  }

  /** Jobs that are done and have their result. */
  doneCount(): number {
    return this.#number(`SELECT count(*) AS n FROM jobs WHERE state = ${STATE.success} AND result IS NOT NULL`);
  }

  /** Jobs that wait and are due. */
  waitingCount(): number {
    return this.#number(`SELECT count(*) AS n FROM jobs WHERE state = ${STATE.pending}`);
  }

  /** When the last job was done, in milliseconds since the epoch. */
  lastDoneAt(): number {
    return this.#number("SELECT max(finished_at) AS n FROM jobs");
  }

  /** Who runs a job now. */
  runningOn(): string | null {
    const row = this.#db.prepare(`SELECT worker FROM jobs WHERE state = ${STATE.running} LIMIT 1`).get();
    return row === undefined ? null : String(row.worker);
  }

  /** Results that are numbers, in the order of the jobs. */
  results(kind: Kind): number[] {
    const rows = this.#db.prepare("SELECT result FROM jobs WHERE task = ? AND result IS NOT NULL ORDER BY seq").all(
      kind,
    );
    return rows.map(({ result }) => Number(result));
  }

  close(): void {
    this.#db.close();
  }

  #number(sql: string): number {
    return Number(this.#db.prepare(sql).get()!.n);
  }
}
