/** Reads `permissions` of the manifest. @module */

import { PERMISSION_KINDS, type PermissionKind, type PermissionSet } from "../core/mod.ts";
import { badPermission, opensOwnFiles, trustNeeded, unknownPermission, wholeKindRefused } from "./manifest_errors.ts";
import type { ManifestNode } from "./manifest_node.ts";
import { overlapping, type OwnFiles } from "./own_files.ts";
import { checkPermissionItem } from "./permission_item.ts";

/** Kinds with which foreign code can do whatever nuvom itself can. */
const FULL_TRUST: readonly PermissionKind[] = ["run", "ffi"];
/** The word that stands beside them. */
const TRUST_KEY = "full_trust";

const EXAMPLES: Readonly<Record<PermissionKind, string>> = {
  read: 'read = ["./data"]',
  write: 'write = ["./data"]',
  net: 'net = ["api.example.com:443"]',
  env: 'env = ["HOME"]',
  run: 'run = ["git"], full_trust = true',
  ffi: 'ffi = ["./lib/fast.so"], full_trust = true',
  sys: 'sys = ["hostname"]',
  import: 'import = ["esm.example.com"]',
};

/**
 * A list of items, or true for the whole kind; an empty list grants nothing. `run` and `ffi` are full trust: they take
 * a list only, and only beside `full_trust = true`.
 *
 * @param own What of nuvom foreign code may not read or write.
 * @throws {NuvomError} `NUVOM_MANIFEST_PERMISSION`, `NUVOM_MANIFEST_VALUE`, `NUVOM_MANIFEST_DUPLICATE`
 */
export function readPermissions(node: ManifestNode, own: OwnFiles): PermissionSet {
  const granted: Partial<Record<PermissionKind, readonly string[] | true>> = {};
  const table = node.table('permissions = { net = ["api.example.com:443"] }');
  const trusted = table.get(TRUST_KEY)?.flag("full_trust = true") ?? false;
  for (const [key, scope] of table) {
    if (key === TRUST_KEY) continue;
    const kind = PERMISSION_KINDS.find((known) => known === key);
    if (kind === undefined) throw unknownPermission(scope.place, node.shown, key);
    const items = scope.value === true ? true : readItems(kind, scope);
    if (items !== true && items.length === 0) continue;
    if (FULL_TRUST.includes(kind)) refuseUntrusted(kind, items, trusted, scope.place);
    refuseOwnFiles(kind, items, scope.place, own);
    granted[kind] = items;
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

function refuseUntrusted(kind: PermissionKind, items: readonly string[] | true, trusted: boolean, place: string): void {
  if (items === true) throw wholeKindRefused(place, kind, EXAMPLES[kind]);
  if (!trusted) throw trustNeeded(place, kind, `${kind} = ${JSON.stringify(items)}, full_trust = true`);
}

function refuseOwnFiles(
  kind: PermissionKind,
  items: readonly string[] | true,
  place: string,
  own: OwnFiles,
): void {
  if (items === true) {
    if (kind === "read" || kind === "write") throw opensOwnFiles(place, `${kind} = true`, kind, own.closed[0]!);
    return;
  }
  for (const [access, path] of opened(kind, items)) {
    const found = overlapping(access, path, own);
    if (found !== undefined) throw opensOwnFiles(place, `${kind} on ${path}`, access, found);
  }
}

/** Old versions of Deno are given `read` and `write` on the path of a Unix socket. */
function opened(kind: PermissionKind, items: readonly string[]): (readonly ["read" | "write", string])[] {
  if (kind === "read" || kind === "write") return items.map((path) => [kind, path] as const);
  return items.filter((item) => item.startsWith("unix:")).map((item) => ["write", item.slice("unix:".length)] as const);
}
