/** From a grant of the manifest to the permissions of a Deno worker. @module */

import { PERMISSION_KINDS, type PermissionKind, type PermissionSet } from "../core/mod.ts";

/** Permissions as Deno's `Worker` takes them. */
export type WorkerPermissions = Record<PermissionKind, boolean | string[]>;

/**
 * Every kind is named: what is left out would be inherited.
 *
 * @param grant With absolute paths.
 * @param folder Of the prepared graph. In source runs a worker needs `read` on the files that it imports: this folder,
 *   no more. In the executable, imports need none.
 */
export function workerPermissions(grant: PermissionSet, folder: string): WorkerPermissions {
  const permissions = {} as WorkerPermissions;
  for (const kind of PERMISSION_KINDS) permissions[kind] = ofKind(grant[kind]);
  // The guest's `Deno.env` and `process.env` are plain objects of the granted names.
  permissions.env = false;
  if (!Deno.build.standalone && permissions.read !== true) permissions.read = [...(permissions.read || []), folder];
  return unixSockets(permissions);
}

function ofKind(value: readonly string[] | true | undefined): boolean | string[] {
  if (value === undefined) return false;
  return value === true ? true : value.length === 0 ? false : [...value];
}

/** `net = ["unix:/path"]`: before Deno 2.9 a Unix socket asks for read and write on its path instead. */
function unixSockets(permissions: WorkerPermissions): WorkerPermissions {
  if (!Array.isArray(permissions.net)) return permissions;
  const paths = permissions.net.filter((item) => item.startsWith("unix:")).map((item) => item.slice("unix:".length));
  if (paths.length === 0) return permissions;
  const old = olderThan29();
  const net = old ? permissions.net.filter((item) => !item.startsWith("unix:")) : permissions.net;
  return {
    ...permissions,
    net: net.length === 0 ? false : net,
    read: permissions.read === true ? true : [...(permissions.read || []), ...paths],
    write: permissions.write === true ? true : [...(permissions.write || []), ...paths],
  };
}

function olderThan29(): boolean {
  const [major, minor] = Deno.version.deno.split(".").map(Number);
  return major! < 2 || (major === 2 && minor! < 9);
}
