/** Realms whose begin and end are told of. @module */

import type { EventBus } from "../core/mod.ts";
import { openRealm, type Realm, type RealmHost, type RealmSpec } from "../sandbox/mod.ts";

/** The same as `openRealm`. @throws {NuvomError} `NUVOM_REALM_…` */
export async function openToldRealm(bus: EventBus, spec: RealmSpec, host: RealmHost): Promise<Realm> {
  const realm = await openRealm(spec, host);
  const { name, kind: isolation, pid, startMs } = realm;
  bus.emit("realm.opened", { realm: name, isolation, pid, startMs });
  void realm.exited.then(({ reason, detail }) => bus.emit("realm.ended", { realm: name, reason, detail }));
  return realm;
}
