/** A worker gives up what neither it nor any of its plugins needs. @module */

import { PERMISSION_KINDS, type PermissionKind } from "../core/mod.ts";
import type { Manifest } from "./manifest.ts";

/** Files, backends, the loader's fetches, its settings, process realms, its name: all of them may be needed at any time. */
const NEEDED: readonly PermissionKind[] = ["read", "write", "net", "env", "run", "sys"];

/**
 * For good, in this process: Deno gives up a kind as a whole or not at all. Process realms are processes of their own
 * and keep what they are granted; `worker` and `inline` realms share this one's.
 *
 * @returns the kinds that are gone.
 */
export function dropPermissions({ sections }: Pick<Manifest, "sections">): PermissionKind[] {
  const shared = [...sections.values()].filter(({ isolation }) => isolation !== "process");
  const unneeded = PERMISSION_KINDS.filter((kind) =>
    !NEEDED.includes(kind) && shared.every(({ permissions }) => permissions[kind] === undefined)
  );
  for (const name of unneeded) Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
  return unneeded;
}
