/** What a worker of nuvom left on the harness's Postgres. @module */

import postgres from "postgres";
import { STATE } from "../../plugins/postgres/tables.ts";
import type { Kind } from "./adapter.ts";
import type { HeldStore } from "./nuvom_store.ts";

/** A look into the schema `nuvom`. */
export class NuvomPostgres implements HeldStore {
  readonly #sql: postgres.Sql;

  constructor(port: number) {
    this.#sql = postgres(`postgres://postgres@127.0.0.1:${port}/postgres`, { max: 1, onnotice() {} });
  }

  async doneCount(): Promise<number> {
    return Number(
      await this.#first(`SELECT count(*) FROM nuvom.jobs WHERE state = ${STATE.success} AND result IS NOT NULL`),
    );
  }

  async waitingCount(): Promise<number> {
    return Number(await this.#first(`SELECT count(*) FROM nuvom.live WHERE state = ${STATE.pending}`));
  }

  async lastDoneAt(): Promise<number> {
    return Number(await this.#first("SELECT max(finished_at) FROM nuvom.jobs"));
  }

  async runningOn(): Promise<string | null> {
    return await this.#first(`SELECT worker FROM nuvom.live WHERE state = ${STATE.running} LIMIT 1`) as string | null;
  }

  async results(kind: Kind): Promise<number[]> {
    const rows = await this
      .#sql`SELECT result FROM nuvom.jobs WHERE task = ${kind} AND result IS NOT NULL ORDER BY seq`;
    return rows.map(({ result }) => Number(result));
  }

  /** Nothing is leased until {@linkcode NuvomPostgres.release}. */
  async hold(): Promise<void> {
    await this.#sql`INSERT INTO nuvom.paused_queues VALUES ('default') ON CONFLICT DO NOTHING`;
  }

  /** Answers when that was. */
  async release(): Promise<number> {
    await this.#sql.unsafe('DELETE FROM nuvom.paused_queues; NOTIFY "nuvom:nuvom"').simple();
    return Date.now();
  }

  async close(): Promise<void> {
    await this.#sql.end();
  }

  async #first(text: string): Promise<unknown> {
    const [row] = await this.#sql.unsafe(text).values();
    return row?.[0] ?? null;
  }
}
