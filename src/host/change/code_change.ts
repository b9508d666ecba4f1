/** How the entries of two locks differ, for people. @module */

import type { PermissionSet } from "../../core/mod.ts";
import { missingPermissions } from "../grants.ts";
import type { Lock, LockedCode, LockedPlugin } from "../lock.ts";
import { entryText } from "../lock_json.ts";

/** A module and its size. */
export interface ModuleSize {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What becomes of the modules from URLs of one plugin or task module. */
export interface ModuleDiff {
  readonly added: readonly ModuleSize[];
  readonly removed: readonly ModuleSize[];
  readonly changed: readonly { readonly url: string; readonly from: ModuleSize; readonly to: ModuleSize }[];
}

/** What becomes of the entry of one plugin or task module. */
export interface CodeChange {
  /** Null for a task module. */
  readonly name: string | null;
  readonly specifier: string;
  readonly state: "added" | "changed" | "unchanged" | "removed";
  readonly version: { readonly from: string | null; readonly to: string | null };
  readonly modules: ModuleDiff;
  /** What it asks for now and did not before, and the other way round. */
  readonly asked: { readonly added: PermissionSet; readonly removed: PermissionSet };
  /** What is consented to for the new code; relative paths. */
  readonly granted: PermissionSet;
  /** It asks for more than before, or comes from elsewhere: nothing is granted to it until `grantPlugin`. */
  readonly blocked: boolean;
}

/** What becomes of the modules. */
export function diff(before: readonly ModuleSize[], after: readonly ModuleSize[]): ModuleDiff {
  const old = new Map(before.map((module) => [module.url, module]));
  const now = new Map(after.map((module) => [module.url, module]));
  return {
    added: [...now.values()].filter(({ url }) => !old.has(url)),
    removed: [...old.values()].filter(({ url }) => !now.has(url)),
    changed: [...now.values()].flatMap((to) => {
      const from = old.get(to.url);
      return from === undefined || from.sha256 === to.sha256 ? [] : [{ url: to.url, from, to }];
    }),
  };
}

/** What becomes of an entry. @param old Null: there was none. */
export function changeOf(
  name: string | null,
  old: LockedCode | LockedPlugin | null,
  now: LockedCode | LockedPlugin,
  modules: ModuleDiff,
  blocked: boolean,
): CodeChange {
  const [was, is] = [askedOf(old), askedOf(now)];
  return {
    name,
    specifier: now.specifier,
    state: old === null ? "added" : entryText(old) === entryText(now) ? "unchanged" : "changed",
    version: { from: versionOf(old), to: versionOf(now) },
    modules,
    asked: { added: missingPermissions(is, was) ?? {}, removed: missingPermissions(was, is) ?? {} },
    granted: now.granted,
    blocked,
  };
}

/** The entries that are there no more. */
export function gone(lock: Lock, plugins: Lock["plugins"], tasks: Lock["tasks"]): CodeChange[] {
  const empty = { added: [], removed: [], changed: [] };
  const removed = (name: string | null, old: LockedCode | LockedPlugin): CodeChange => ({
    name,
    specifier: old.specifier,
    state: "removed",
    version: { from: versionOf(old), to: null },
    modules: empty,
    asked: { added: {}, removed: askedOf(old) },
    granted: {},
    blocked: false,
  });
  return [
    ...Object.entries(lock.plugins).filter(([name]) => !Object.hasOwn(plugins, name)).map(([name, old]) =>
      removed(name, old)
    ),
    ...Object.entries(lock.tasks).filter(([name]) => !Object.hasOwn(tasks, name)).map(([, old]) => removed(null, old)),
  ];
}

function askedOf(code: LockedCode | LockedPlugin | null): PermissionSet {
  return code !== null && "asked" in code ? code.asked : {};
}

function versionOf(code: LockedCode | LockedPlugin | null): string | null {
  return code !== null && "version" in code ? code.version : null;
}
