/** A realm that is a thread of the host: cheap and permission-scoped, no help against a busy loop or a full heap. @module */

import { workerPermissions } from "./grant.ts";
import { startGuestWorker } from "./guest_worker.ts";
import { guestInit, HostedRealm } from "./hosted_realm.ts";
import type { Realm, RealmHost, RealmSpec } from "./realm.ts";

/** @throws {NuvomError} `NUVOM_REALM_START…` */
export async function openWorkerRealm(spec: RealmSpec, host: RealmHost): Promise<Realm> {
  const realm = new HostedRealm(spec, host);
  const worker = startGuestWorker(workerPermissions(spec.grant, spec.graph.folder));
  const { port1, port2 } = new MessageChannel();
  worker.onerror = (event) => {
    // Unhandled, it would end the host.
    event.preventDefault();
    realm.end(event.message);
  };
  port1.onmessage = ({ data }) => realm.receive(String(data));
  realm.attach({
    pid: null,
    send: (text) => text === "bye" ? realm.end("it was stopped") : port1.postMessage(text),
    kill() {
      port1.close();
      worker.terminate();
    },
  });
  try {
    await spec.written;
  } catch (error) {
    await realm.stop(0);
    throw error;
  }
  worker.postMessage({ init: guestInit(spec), port: port2 }, [port2]);
  return await realm.ready(spec.startTimeoutMs);
}
