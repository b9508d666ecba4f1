/** The guest's side of a realm: stubs, role, conversation. Imported before any foreign code. @module */

import { toErrorData } from "../../core/mod.ts";
import { BRIDGE, type GuestBridge } from "../../loader/guest_bridge.ts";
import * as sdk from "../../sdk/mod.ts";
import type { GuestInit } from "../guest_init.ts";
import { otherProtocol } from "../errors.ts";
import { PROTOCOL_VERSION } from "../protocol.ts";
import { StartGate } from "../start_gate.ts";
import { fromTable, RpcPeer } from "../rpc.ts";
import { executorRole } from "./executor_role.ts";
import { pluginRole } from "./plugin_role.ts";
import type { GuestRole } from "./role.ts";

const DEFAULT_TIMEOUT_MS = 30_000;

/** A guest that is ready. */
export interface Guest {
  receive(text: string): void;
  /** Tells the host something. */
  note(method: string, params: unknown): void;
  /** What foreign code printed. */
  output(stream: "stdout" | "stderr", text: string): void;
  /** The narrow `process` object. */
  readonly process: unknown;
}

/** What a guest's thread gives it. */
export interface GuestChannel {
  /** To the host. */
  readonly send: (text: string) => void;
  /** Of a {@linkcode StartGate}, where another thread can close it. */
  readonly gate?: SharedArrayBuffer;
  /** Called when foreign code goes on calling within one turn although it is refused. */
  readonly flooded?: () => void;
}

/**
 * Imports the stubs while the bridge stands, then makes the role.
 * @throws {NuvomError} `NUVOM_REALM_PROTOCOL`
 */
export async function startGuest(
  init: GuestInit,
  { send, gate, flooded }: GuestChannel,
): Promise<Guest> {
  if (init.version !== PROTOCOL_VERSION) throw otherProtocol(init.version, PROTOCOL_VERSION);
  const peer = new RpcPeer("The host", send, {
    call: (method, params, context) => fromTable(role.calls, method)(params as never, context),
    note: (method, params) => fromTable(role.notes, method)(params as never),
    flooded,
  });
  const output = (stream: "stdout" | "stderr", text: string) => peer.note("output", { stream, text });
  const process = await importStubs(init, { sdk, env: init.env, write: output });
  const role: GuestRole = (init.role === "executor" ? executorRole : pluginRole)({
    call: <T>(method: string, params: unknown, timeoutMs = DEFAULT_TIMEOUT_MS) =>
      peer.call(method, params, { timeoutMs }) as Promise<T>,
    note: (method, params) => peer.note(method, params),
    importModule: (file) => import(file),
    gate: new StartGate(gate),
  });
  peer.note("ready", {});
  return {
    receive: (text) => peer.receive(text),
    note: (method, params) => peer.note(method, params),
    output,
    process,
  };
}

async function importStubs(init: GuestInit, bridge: GuestBridge): Promise<unknown> {
  const scope = globalThis as unknown as Record<string, unknown>;
  scope[BRIDGE] = bridge;
  try {
    for (const stub of init.stubs) await import(stub);
    return ((await import(init.processShim)) as { default: unknown }).default;
  } finally {
    delete scope[BRIDGE];
  }
}

/** Errors that nobody caught are told, and the guest goes on: its neighbours did nothing wrong. */
export function reportUncaught(note: (method: string, params: unknown) => void): void {
  const report = (what: string, thrown: unknown) =>
    note("log", { level: "error", message: what, fields: { error: toErrorData(thrown) } });
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    report("a promise was rejected and nobody handled it", event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    report("an error was thrown and nobody caught it", event.error ?? event.message);
  });
}
