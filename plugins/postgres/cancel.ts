/** The wish that jobs don't run. @module */

import { cancelledByUser, type CancelStatus } from "nuvom";
import { endWaiting } from "./end_waiting.ts";
import { array, textArray } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

/** One answer for each id, in order. */
export async function cancelAll(store: Store, ids: readonly string[]): Promise<CancelStatus[]> {
  const { s } = store;
  return await store.database.transaction(async (tx) => {
    const known = new Map(
      await tx.rows<[string, number]>(`SELECT id, seq FROM ${s}.jobs WHERE id = ANY ($1::text[])`, textArray(ids)),
    );
    const live = new Map(
      await tx.rows<[number, number]>(
        `SELECT seq, state FROM ${s}.live WHERE seq = ANY ($1::bigint[]) ORDER BY seq FOR UPDATE`,
        array([...known.values()]),
      ),
    );
    const [ends, asked]: [Map<number, string>, Set<number>] = [new Map(), new Set()];
    const statuses = ids.map((id): CancelStatus => {
      const seq = known.get(id);
      if (seq === undefined) return "unknown";
      const state = live.get(seq);
      if (state === undefined || ends.has(seq)) return "finished";
      if (state === STATE.running) asked.add(seq);
      else ends.set(seq, id);
      return state === STATE.running ? "requested" : "cancelled";
    });
    if (asked.size > 0) {
      await tx.rows(`UPDATE ${s}.live SET cancel = true WHERE seq = ANY ($1::bigint[])`, array([...asked]));
    }
    const end = { state: STATE.cancelled, lost: false };
    await endWaiting(store, tx, [...ends].map(([seq, id]) => ({ ...end, seq, error: cancelledByUser(id) })));
    return statuses;
  });
}
