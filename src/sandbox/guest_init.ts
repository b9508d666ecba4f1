/** What a guest is told before anything else. @module */

import type { RealmRole } from "./protocol.ts";
import type { WorkerPermissions } from "./grant.ts";

/** The first message to a guest; plain data. */
export interface GuestInit {
  readonly version: number;
  readonly name: string;
  readonly role: RealmRole;
  /** Whether its memory is the host's. */
  readonly isThread: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** `file:` URLs of the stub modules, in the order of their import. */
  readonly stubs: readonly string[];
  /** `file:` URL of the shim of `node:process`. */
  readonly processShim: string;
  /** Kinds whose APIs are left in the guest's `Deno` although they are full trust. */
  readonly run: boolean;
  readonly ffi: boolean;
}

/**
 * What a process realm's child reads from its standard input: one line of JSON. What the guest is told follows as the
 * first message of the channel, once its files are there.
 */
export interface ChildInit {
  readonly socket: string;
  /** Hexadecimal. */
  readonly key: string;
  readonly permissions: WorkerPermissions;
}
