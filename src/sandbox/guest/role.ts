/** What a guest's role (plugin or executor) is given, and what it answers to. @module */

import type { CallContext } from "../rpc.ts";
import type { StartGate } from "../start_gate.ts";

/** The role's way to the host and to foreign code. */
export interface GuestPort {
  /** Calls the host; rejects with the host's error, or `NUVOM_RPC_TIMEOUT` after `timeoutMs` (default 30,000). */
  call<T>(method: string, params: unknown, timeoutMs?: number): Promise<T>;
  /** Tells the host something; nothing comes back. */
  note(method: string, params: unknown): void;
  /** Imports a stored module of the verified graph (a `file:` URL in the run's folder). */
  importModule(file: string): Promise<Readonly<Record<string, unknown>>>;
  /** Whether orders may begin. */
  readonly gate?: StartGate;
}

/** The methods of a role by name. A Map, so that a name such as `__proto__` is just unknown. */
export interface GuestRole {
  readonly calls: ReadonlyMap<string, (params: never, context: CallContext) => unknown>;
  readonly notes: ReadonlyMap<string, (params: never) => void>;
}
