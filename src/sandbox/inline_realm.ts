/** A realm that is none: foreign code in the host's own thread, with all that the host may do. @module */

import { guestInit, HostedRealm } from "./hosted_realm.ts";
import type { Realm, RealmHost, RealmSpec } from "./realm.ts";

let lastStart: Promise<void> = Promise.resolve();

/** @throws {NuvomError} `NUVOM_REALM_START…` */
export async function openInlineRealm(spec: RealmSpec, host: RealmHost): Promise<Realm> {
  const realm = new HostedRealm(spec, host);
  const [{ startGuest }] = await Promise.all([import("./guest/guest.ts"), spec.written]);
  // One at a time: they hand their sdk to the stubs through the same global.
  const guest = lastStart.then(() =>
    startGuest(guestInit(spec), { send: (text) => queueMicrotask(() => realm.receive(text)) })
  );
  lastStart = guest.then(() => {}, () => {});
  realm.attach({
    pid: null,
    send: (text) => text === "bye" ? realm.end("it was stopped") : void guest.then(({ receive }) => receive(text)),
    kill() {},
  });
  guest.catch((error) => realm.end(String(error.message ?? error)));
  return await realm.ready(spec.startTimeoutMs);
}
