/** What a refused operation asked for. @module */

import { PERMISSION_KINDS, type PermissionKind } from "../core/mod.ts";

/** A permission that was missing. */
export interface MissingPermission {
  readonly kind: PermissionKind;
  /** Null when the whole kind is asked for. */
  readonly value: string | null;
}

/** Reads Deno's message, such as `Requires net access to "127.0.0.1:9150", run again with …`; null for other errors. */
export function explainPermission(
  error: { readonly name?: string; readonly message?: string },
): MissingPermission | null {
  const match = /Requires (\w+) access(?: to "([^"]*)")?/.exec(error.message ?? "");
  if (match === null) return null;
  const kind = PERMISSION_KINDS.find((name) => name === match[1]);
  return kind === undefined ? null : { kind, value: match[2] ?? null };
}
