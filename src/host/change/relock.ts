/** Makes a lock that agrees with the manifest, and tells what that changes. @module */

import { NuvomError, type PermissionSet, type PluginMetadata } from "../../core/mod.ts";
import { isRemote, lockedGraph, type ModuleGraph, modulesFrom, type RemoteModules } from "../../loader/mod.ts";
import type { CodeLoader } from "../code_loader.ts";
import { missingPermissions, resolveRequest, writtenPermissions } from "../grants.ts";
import type { Lock, LockedCode, LockedPlugin } from "../lock.ts";
import type { Manifest, PluginEntry } from "../manifest.ts";
import { moduleInManifest } from "../paths.ts";
import {
  findPluginCode,
  findTaskCode,
  type FoundPlugin,
  joinGraphs,
  lockedPlugin,
  metadataOf,
  remoteModules,
} from "./code_source.ts";
import { changeOf, type CodeChange, diff, gone, type ModuleSize } from "./code_change.ts";
import type { ChangeParts } from "./parts.ts";

/** A lock, and how it differs from the one before. */
export interface Relocked {
  readonly lock: Lock;
  readonly changes: readonly CodeChange[];
}

/** Where each plugin, and the task modules (null), get their modules from URLs. */
export type RemoteFor = (entry: PluginEntry | null) => RemoteModules;

/** Nothing is written. Plugins for which `isFirst` holds are looked at before the others. */
export async function relock(
  { manifest, lock }: { readonly manifest: Manifest; readonly lock: Lock },
  code: CodeLoader,
  remoteFor: RemoteFor,
  parts: ChangeParts,
  isFirst: (entry: PluginEntry) => boolean = () => false,
): Promise<Relocked> {
  const state = { manifest, lock, code, remoteFor, parts };
  const found: Relocking[] = [];
  for (const entry of [...manifest.plugins].sort((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const plugin = await relockPlugin(entry, state);
    if (plugin !== null) found.push(plugin);
  }
  const tasks = await relockTasks(state);
  const plugins = Object.fromEntries(found.map(({ change: { name }, locked }) => [name!, locked as LockedPlugin]));
  const sources = Object.fromEntries(tasks.map(({ locked }) => [locked.url, locked]));
  const graphs = [...found, ...tasks].map(({ graph }) => lockedGraph(graph));
  return {
    lock: { plugins, tasks: sources, code: joinGraphs(graphs) },
    changes: [...[...found, ...tasks].map(({ change }) => change), ...gone(lock, plugins, sources)],
  };
}

interface RelockState {
  readonly manifest: Manifest;
  readonly lock: Lock;
  readonly code: CodeLoader;
  readonly remoteFor: RemoteFor;
  readonly parts: ChangeParts;
}

interface Relocking {
  readonly locked: LockedCode | LockedPlugin;
  readonly change: CodeChange;
  readonly graph: ModuleGraph;
}

/** Null for one without code from URLs. */
async function relockPlugin(entry: PluginEntry, state: RelockState): Promise<Relocking | null> {
  const { manifest, lock, code, remoteFor, parts } = state;
  const imports = importsOf(entry, manifest);
  const found = await findPluginCode(entry, imports, remoteFor(entry), code, parts);
  if (found.digest === null) return null;
  const { name, locked, blocked } = await lockOf(found, manifest, lock, parts);
  const old = Object.hasOwn(lock.plugins, name) ? lock.plugins[name]! : null;
  const after = remoteModules(found.graph);
  const before = await modulesBefore(old, entry.module, imports, state) ?? overlap(after, lock);
  return { locked, change: changeOf(name, old, locked, diff(before, after), blocked), graph: found.graph };
}

async function relockTasks(state: RelockState): Promise<Relocking[]> {
  const { manifest: { folder, tasks }, lock, code, remoteFor, parts } = state;
  const { graph, sources } = await findTaskCode(state.manifest, remoteFor(null), code, parts);
  return await Promise.all([...sources].map(async ([specifier, source]) => {
    const old = Object.hasOwn(lock.tasks, specifier) ? lock.tasks[specifier]! : null;
    const locked = { ...source, granted: old?.granted ?? writtenPermissions(tasks.permissions, folder) };
    const entry = graph!.entries.find((url) => moduleInManifest(url, folder) === specifier)!;
    const after = sizes(modulesFrom(graph!, entry));
    const before = await modulesBefore(old, entry, undefined, state) ?? overlap(after, lock);
    return { locked, change: changeOf(null, old, locked, diff(before, after), false), graph: graph! };
  }));
}

/** A plugin's own map; it is found by its source, since its name is not known before it is loaded. */
export function importsOf(
  { module }: PluginEntry,
  { sections }: Manifest,
): Readonly<Record<string, string>> | undefined {
  return [...sections.values()].find(({ source }) => source === module)?.imports;
}

/** The very same code keeps its entry; other code is asked what it is. */
async function lockOf(
  found: FoundPlugin,
  manifest: Manifest,
  lock: Lock,
  parts: ChangeParts,
): Promise<{ name: string; locked: LockedPlugin; blocked: boolean }> {
  const { entry, digest } = found;
  const { folder } = manifest;
  const same = Object.entries(lock.plugins).find(([, { url, exportName, graph }]) =>
    url === entry.module && exportName === entry.exportName && graph === digest
  );
  if (same !== undefined) return { name: same[0], locked: { ...same[1], specifier: entry.specifier }, blocked: false };
  const metadata = await metadataOf(found, parts);
  const old = Object.hasOwn(lock.plugins, metadata.name) ? lock.plugins[metadata.name]! : null;
  const blocked = old !== null && (asksForMore(metadata, old) || old.url !== moduleInManifest(entry.module, folder));
  return {
    name: metadata.name,
    locked: lockedPlugin(found, metadata, grantFor(old, metadata, blocked, manifest), folder),
    blocked,
  };
}

/** What the operator wrote is consent to what is locked for the first time; later it takes their word anew. */
function grantFor(
  old: LockedPlugin | null,
  { name }: PluginMetadata,
  blocked: boolean,
  manifest: Manifest,
): PermissionSet {
  if (blocked) return {};
  if (old !== null) return resolveRequest(old.granted, {}, manifest.folder);
  return manifest.sections.get(name)?.permissions ?? {};
}

function asksForMore({ permissions }: PluginMetadata, old: LockedPlugin): boolean {
  return missingPermissions(permissions, old.asked) !== null;
}

/** As they were locked; null where they can't be had without a network. */
async function modulesBefore(
  old: LockedCode | null,
  entry: string,
  imports: Readonly<Record<string, string>> | undefined,
  { code, manifest }: RelockState,
): Promise<ModuleSize[] | null> {
  if (old === null) return [];
  try {
    return remoteModules(await code.loadFrom(code.locked(null), [entry], { root: manifest.folder, imports }));
  } catch (error) {
    if (error instanceof NuvomError) return null;
    throw error;
  }
}

/** The modules that are locked under the same URLs. */
function overlap(after: readonly ModuleSize[], { code: { modules } }: Lock): ModuleSize[] {
  return after.flatMap(({ url }) => {
    if (!Object.hasOwn(modules, url)) return [];
    const { bytes, sha256 } = modules[url]!;
    return [{ url, bytes, sha256 }];
  });
}

function sizes(modules: readonly ModuleSize[]): ModuleSize[] {
  return modules.filter(({ url }) => isRemote(url)).map(({ url, bytes, sha256 }) => ({ url, bytes, sha256 }));
}
