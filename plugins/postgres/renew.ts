/** Leases that go on. @module */

import type { LeaseRef, RenewReport } from "nuvom";
import { array, fromToken } from "./rows.ts";
import type { Store } from "./store.ts";
import { STATE } from "./tables.ts";

const renew = (s: string) => `
  UPDATE ${s}.live AS l SET until = ${s}.now_ms() + $3
  FROM unnest($1::bigint[], $2::bigint[]) AS e (seq, token)
  WHERE l.seq = e.seq AND l.token = e.token AND l.state = ${STATE.running} RETURNING l.seq, l.cancel`;

/** A lease that ran out is live until its job is made ready. */
export async function renewLeases(store: Store, leases: readonly LeaseRef[], leaseMs: number): Promise<RenewReport> {
  const tokens = leases.map(({ id, token }) => fromToken(token, id));
  const asked = tokens.flatMap((token) => token ?? []);
  const rows = asked.length === 0 ? [] : await store.database.looseRows<[seq: number, cancel: boolean]>(
    renew(store.s),
    array(asked.map(({ seq }) => seq)),
    array(asked.map(({ lease }) => lease)),
    Math.ceil(leaseMs),
  );
  const live = new Map(rows);
  const lost: string[] = [];
  const cancelled: string[] = [];
  leases.forEach(({ id }, index) => {
    const cancel = live.get(Number(tokens[index]?.seq));
    if (cancel === undefined) lost.push(id);
    else if (cancel) cancelled.push(id);
  });
  return { lost, cancelled };
}
