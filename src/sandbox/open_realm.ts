/** Opens a realm of the kind that its spec names. @module */

import type { Realm, RealmHost, RealmSpec } from "./realm.ts";
import { openInlineRealm } from "./inline_realm.ts";
import { openProcessRealm } from "./process_realm.ts";
import { openWorkerRealm } from "./worker_realm.ts";

/**
 * Resolves when the guest is ready; no foreign code has run by then.
 * @throws {NuvomError} `NUVOM_REALM_START`, `NUVOM_REALM_START_TIMEOUT`
 */
export function openRealm(spec: RealmSpec, host: RealmHost): Promise<Realm> {
  // It may fail before anyone is there to wait for it.
  spec.written?.catch(() => {});
  switch (spec.kind) {
    case "process":
      return openProcessRealm(spec, host);
    case "worker":
      return openWorkerRealm(spec, host);
    case "inline":
      return openInlineRealm(spec, host);
  }
}
