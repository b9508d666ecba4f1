/** Leases that go on. @module */

import type { LeaseRef, RenewReport } from "nuvom";
import { array, fromToken, leaseKey, leaseKeyOf } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

const renew = (s: string) => `
  UPDATE ${s}.live AS l SET until = ${s}.now_ms() + $3
  FROM unnest($1::bigint[], $2::bigint[]) AS e (seq, token)
  WHERE l.seq = e.seq AND l.token = e.token AND l.state = ${STATE.running} RETURNING ${leaseKeyOf("l")}, l.cancel`;

/** A lease that ran out is live until its job is made ready. */
export async function renewLeases(store: Store, leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
  const tokens = leases.map(({ id, token }) => fromToken(token, id));
  const asked = tokens.flatMap((token) => token ?? []);
  const rows = asked.length === 0 ? [] : await store.database.looseRows<[key: string, cancel: boolean]>(
    renew(store.s),
    array(asked.map(({ seq }) => seq)),
    array(asked.map(({ lease }) => lease)),
    Math.ceil(leaseMs),
  );
  const live = new Map(rows);
  const lost: string[] = [];
  const cancelled: string[] = [];
  leases.forEach(({ id }, index) => {
    const token = tokens[index] ?? null;
    const cancel = token === null ? undefined : live.get(leaseKey(token));
    if (cancel === undefined) lost.push(id);
    else if (cancel) cancelled.push(id);
  });
  return { lost, cancelled };
}
