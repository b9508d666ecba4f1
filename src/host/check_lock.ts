/** Whether code from URLs is what was locked, and is granted no more than was consented to. @module */

import type { NuvomError, PermissionSet, PluginMetadata } from "../core/mod.ts";
import { isRemote } from "../loader/light.ts";
import { missingPermissions, permissionLines, resolveRequest, writtenPermissions } from "./grants.ts";
import type { Lock } from "./lock.ts";
import { askedDiffers, grantNotConsented, graphDiffers, lockedElsewhere, notLocked } from "./lock_errors.ts";
import { lockPath } from "./lock.ts";
import type { PluginEntry } from "./manifest.ts";
import type { PluginSource } from "./metadata_cache.ts";
import { moduleInManifest } from "./paths.ts";

/** Of a manifest. */
export interface ManifestPlace {
  readonly path: string;
  readonly folder: string;
}

/** A plugin whose graph holds modules from URLs. */
export interface RemotePlugin {
  readonly entry: PluginEntry;
  readonly metadata: PluginMetadata;
  /** Of its modules from URLs. */
  readonly graph: string;
  /** By the manifest. */
  readonly granted: PermissionSet;
}

/** Before a module from a URL is loaded: null when some plugin was locked with it, else what to say. */
export function unlockedEntry(
  { specifier, module, exportName }: PluginSource,
  lock: Lock,
  manifest: ManifestPlace,
): NuvomError | null {
  if (!isRemote(module)) return null;
  const known = Object.values(lock.plugins).some((one) => one.url === module && one.exportName === exportName);
  return known ? null : notLocked(`plugin ${specifier}`, lockPath(manifest.path), false);
}

/** What is wrong with the code of a plugin; null when it is what was locked. */
export function codeFault(plugin: RemotePlugin, lock: Lock, manifest: ManifestPlace): NuvomError | null {
  const { entry, metadata: { name, permissions }, graph } = plugin;
  const locked = Object.hasOwn(lock.plugins, name) ? lock.plugins[name]! : null;
  if (locked === null) return notLocked(`plugin "${name}" (${entry.specifier})`, lockPath(manifest.path), true);
  const url = moduleInManifest(entry.module, manifest.folder);
  if (locked.url !== url || locked.exportName !== entry.exportName) {
    return lockedElsewhere(name, entry.specifier, locked.specifier);
  }
  if (locked.graph !== graph) return graphDiffers(`plugin "${name}"`);
  if (permissionLines(locked.asked) !== permissionLines(permissions)) {
    return askedDiffers(name, permissions, locked.asked);
  }
  return null;
}

/**
 * What the manifest grants beyond what was consented to when the code was locked; null when it is nothing.
 * @param missing What it asks for and is not granted, for the message.
 */
export function grantFault(
  { metadata: { name, permissions }, granted }: RemotePlugin,
  lock: Lock,
  { folder }: ManifestPlace,
  missing: PermissionSet | null,
): NuvomError | null {
  return beyond(name, granted, lock.plugins[name]!.granted, { asked: permissions, missing }, folder);
}

/** The same for task modules: what is consented to is what all of their sources share. */
export function tasksFault(
  graphs: ReadonlyMap<string, string>,
  granted: PermissionSet,
  lock: Lock,
  manifest: ManifestPlace,
): NuvomError | null {
  for (const [specifier, graph] of graphs) {
    const locked = Object.hasOwn(lock.tasks, specifier) ? lock.tasks[specifier]! : null;
    if (locked === null) return notLocked(`task module ${specifier}`, lockPath(manifest.path), true);
    if (locked.graph !== graph) return graphDiffers(`task module ${specifier}`);
    const fault = beyond(null, granted, locked.granted, { asked: null, missing: null }, manifest.folder);
    if (fault !== null) return fault;
  }
  return null;
}

function beyond(
  name: string | null,
  granted: PermissionSet,
  consented: PermissionSet,
  { asked, missing }: Readonly<Record<"asked" | "missing", PermissionSet | null>>,
  folder: string,
): NuvomError | null {
  const extra = missingPermissions(granted, resolveRequest(consented, {}, folder));
  return extra === null ? null : grantNotConsented(name, writtenPermissions(extra, folder), consented, asked, missing);
}
