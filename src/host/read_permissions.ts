/** Reads `permissions` of the manifest. @module */

import { PERMISSION_KINDS, type PermissionKind, type PermissionSet } from "../core/mod.ts";
import { badPermission, unknownPermission, writesOwnFiles } from "./manifest_errors.ts";
import type { ManifestNode } from "./manifest_node.ts";
import { isInside } from "./paths.ts";
import { checkPermissionItem } from "./permission_item.ts";

const EXAMPLES: Readonly<Record<PermissionKind, string>> = {
  read: 'read = ["./data"]',
  write: 'write = ["./data"]',
  net: 'net = ["api.example.com:443"]',
  env: 'env = ["HOME"]',
  run: 'run = ["git"]',
  ffi: 'ffi = ["./lib/fast.so"]',
  sys: 'sys = ["hostname"]',
  import: 'import = ["esm.example.com"]',
};

/**
 * A list of items, or true for the whole kind; an empty list grants nothing.
 *
 * @param manifest Absolute path: foreign code may not write it, nor what else nuvom trusts.
 * @throws {NuvomError} `NUVOM_MANIFEST_PERMISSION`, `NUVOM_MANIFEST_VALUE`, `NUVOM_MANIFEST_DUPLICATE`
 */
export function readPermissions(node: ManifestNode, manifest: string): PermissionSet {
  const granted: Partial<Record<PermissionKind, readonly string[] | true>> = {};
  for (const [key, scope] of node.table('permissions = { net = ["api.example.com:443"] }')) {
    const kind = PERMISSION_KINDS.find((known) => known === key);
    if (kind === undefined) throw unknownPermission(scope.place, node.shown, key);
    const items = scope.value === true ? true : readItems(kind, scope);
    refuseOwnFiles(kind, items, scope.place, manifest);
    if (items === true || items.length > 0) granted[kind] = items;
  }
  return granted;
}

function readItems(kind: PermissionKind, node: ManifestNode): string[] {
  if (!Array.isArray(node.value)) throw node.wrong("a list, or true for the whole kind", EXAMPLES[kind]);
  return node.texts(EXAMPLES[kind]).map((item) => {
    const text = String(item.value);
    const checked = checkPermissionItem(kind, text, node.folder);
    if ("problem" in checked) throw badPermission(item.place, kind, text, checked.problem, checked.mend);
    return checked.item;
  });
}

/** Old versions of Deno are given `write` on the path of a Unix socket. */
function refuseOwnFiles(kind: PermissionKind, items: readonly string[] | true, place: string, manifest: string): void {
  if (kind === "write" && items === true) throw writesOwnFiles(place, "write = true", manifest);
  if (items === true) return;
  const written = kind === "write"
    ? items
    : items.filter((item) => item.startsWith("unix:")).map((item) => item.slice("unix:".length));
  for (const path of written) {
    const own = ownFiles(manifest).find((own) => isInside(own, path) || isInside(path, own));
    if (own !== undefined) throw writesOwnFiles(place, `${kind} on ${path}`, own);
  }
}

/** What decides over the permissions of foreign code. */
function ownFiles(manifest: string): string[] {
  const folder = manifest.slice(0, manifest.lastIndexOf("/"));
  return [manifest, manifest.replace(/(\.toml)?$/, ".lock"), `${folder}/.env`, `${folder}/.nuvom`];
}
