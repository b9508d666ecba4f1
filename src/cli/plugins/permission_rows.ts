/** What a plugin asks for against what it is granted. @module */

import { PERMISSION_KINDS, type PermissionSet } from "../../core/mod.ts";
import { missingPermissions } from "../../host/mod.ts";

/** One permission. */
export interface PermissionRow {
  /** `net api.example.com`, `env (all)`. */
  readonly permission: string;
  readonly asked: boolean;
  readonly granted: boolean;
}

/** A row for each permission that is asked for or granted; what is asked for comes first. */
export function permissionRows(asked: PermissionSet, granted: PermissionSet): PermissionRow[] {
  const holds = (set: PermissionSet, one: PermissionSet) => missingPermissions(one, set) === null;
  const rows = new Map<string, PermissionRow>();
  for (const [permission, one] of [...each(asked), ...each(granted)]) {
    rows.set(permission, { permission, asked: holds(asked, one), granted: holds(granted, one) });
  }
  return [...rows.values()];
}

function* each(permissions: PermissionSet): Generator<readonly [string, PermissionSet]> {
  for (const kind of PERMISSION_KINDS) {
    const items = permissions[kind];
    if (items === true) yield [`${kind} (all)`, { [kind]: true }];
    else for (const item of items ?? []) yield [`${kind} ${item}`, { [kind]: [item] }];
  }
}
