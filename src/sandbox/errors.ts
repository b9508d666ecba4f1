/** What can go wrong with a realm. @module */

import { NuvomError } from "../core/mod.ts";
import { MAX_DEPTH } from "./message_depth.ts";

/** `NUVOM_REALM_START` */
export function realmStartFailed(name: string, detail: string, cause?: unknown): NuvomError {
  return new NuvomError("NUVOM_REALM_START", {
    what: `The realm of ${name} could not be started: ${detail.replace(/\.$/, "")}.`,
    mend: "Run with --log-level debug to see what it printed.",
    cause,
  });
}

/** `NUVOM_REALM_START_TIMEOUT` */
export function realmStartTimeout(name: string, timeoutMs: number): NuvomError {
  return new NuvomError("NUVOM_REALM_START_TIMEOUT", {
    what: `The realm of ${name} was not ready after ${timeoutMs} ms.`,
    mend: "Is the machine overloaded? Otherwise raise start_timeout in the manifest.",
  });
}

/** `NUVOM_REALM_GONE` */
export function realmGone(name: string, detail: string): NuvomError {
  return new NuvomError("NUVOM_REALM_GONE", {
    what: `The realm of ${name} has ended (${detail}).`,
    mend: "The log says why; what it was asked for was not done.",
  });
}

/** `NUVOM_RPC_TIMEOUT` */
export function rpcTimeout(peer: string, method: string, timeoutMs: number): NuvomError {
  return new NuvomError("NUVOM_RPC_TIMEOUT", {
    what: `${peer} did not answer ${method} within ${timeoutMs} ms.`,
    mend: "It may hang or be overloaded; call_timeout in the manifest gives it more time.",
  });
}

/** `NUVOM_RPC_BUSY` */
export function rpcBusy(peer: string, method: string): NuvomError {
  return new NuvomError("NUVOM_RPC_BUSY", {
    what: `${peer} has too much under way to take ${method}.`,
    mend: "Wait for the answers of earlier calls, or send many items in one call.",
  });
}

/** `NUVOM_RPC_TOO_LARGE` */
export function tooLarge(method: string, cause?: unknown): NuvomError {
  return new NuvomError("NUVOM_RPC_TOO_LARGE", {
    what: `The message for ${method} is larger than 64 MiB.`,
    mend: "Send less at a time; keep large data elsewhere and send where it is.",
    cause,
  });
}

/** `NUVOM_RPC_TOO_DEEP` */
export function tooDeep(what: string): NuvomError {
  return new NuvomError("NUVOM_RPC_TOO_DEEP", {
    what: `${what} is nested more than ${MAX_DEPTH} lists and objects deep.`,
    mend: "Send flatter data, or send it as a text of JSON.",
  });
}

/** `NUVOM_RPC_METHOD` */
export function unknownMethod(method: string): NuvomError {
  return new NuvomError("NUVOM_RPC_METHOD", { what: `There is no method ${JSON.stringify(method)} on this side.` });
}

/** `NUVOM_RPC_FRAME` */
export function badFrame(detail: string): NuvomError {
  return new NuvomError("NUVOM_RPC_FRAME", {
    what: `A message between host and realm was refused: ${detail}.`,
    mend: "The realm is ended; if no plugin misbehaves, report this as a bug.",
  });
}

/** `NUVOM_REALM_PROTOCOL` */
export function otherProtocol(host: number, guest: number): NuvomError {
  return new NuvomError("NUVOM_REALM_PROTOCOL", {
    what: `The host speaks version ${host} of the protocol with realms, and the realm version ${guest}.`,
    mend: "The executable was replaced while it ran; start the worker again.",
  });
}
