/** The plugins and task modules of a project, and their code as it is found now. @module */

import { type Clock, type PluginMetadata, systemClock } from "../../core/mod.ts";
import { isRemote, type LockedGraph, type ModuleGraph, type RemoteModules } from "../../loader/mod.ts";
import { type CodeLoader, graphDigest } from "../code_loader.ts";
import { findTaskUrls } from "../find_task_modules.ts";
import { writtenPermissions } from "../grants.ts";
import { type Lock, type LockedCode, type LockedPlugin, lockPath } from "../lock.ts";
import { lockFrozen } from "../lock_errors.ts";
import type { Manifest, PluginEntry } from "../manifest.ts";
import { importMetadata } from "../import_metadata.ts";
import { moduleInManifest } from "../paths.ts";
import { remoteTaskGraphs } from "../task_modules.ts";
import { offline } from "./errors.ts";
import { type ChangeParts, fetching } from "./parts.ts";

/** A plugin that runs code from URLs, as it was found. */
export interface FoundPlugin {
  readonly entry: PluginEntry;
  readonly graph: ModuleGraph;
  /** Of its modules from URLs; null when it has none. */
  readonly digest: string | null;
}

/** The modules of a plugin, from wherever `remote` takes those from URLs. */
export async function findPluginCode(
  entry: PluginEntry,
  imports: Readonly<Record<string, string>> | undefined,
  remote: RemoteModules,
  code: CodeLoader,
  parts: ChangeParts,
): Promise<FoundPlugin> {
  const root = parts.settings.values.projectDir;
  const options = { root, imports, onProgress: fetching(parts, entry.specifier) };
  const graph = await code.loadFrom(remote, [entry.module], options);
  return { entry, graph, digest: graphDigest(graph) };
}

/** Imports it in a process without permissions. */
export function metadataOf({ entry, graph }: FoundPlugin, parts: ChangeParts): Promise<PluginMetadata> {
  const { values } = parts.settings;
  const clock: Clock = parts.clock ?? systemClock;
  const manifest = { path: values.manifestPath, folder: values.projectDir };
  return importMetadata(entry, graph, {
    manifest,
    timeoutMs: values.pluginStartTimeoutMs,
    memoryMb: values.memoryMb,
    clock,
  });
}

/** What the lock is to say of it. @param granted With absolute paths. */
export function lockedPlugin(
  { entry, graph, digest }: FoundPlugin,
  metadata: PluginMetadata,
  granted: LockedPlugin["granted"],
  folder: string,
): LockedPlugin {
  const { specifier, module, exportName } = entry;
  return {
    specifier,
    url: moduleInManifest(module, folder),
    finalUrl: moduleInManifest(graph.redirects.get(module) ?? module, folder),
    graph: digest!,
    granted: writtenPermissions(granted, folder),
    exportName,
    version: metadata.version,
    provides: metadata.provides,
    asked: metadata.permissions,
  };
}

/** The task modules that run code from URLs, by how the lock names them. */
export interface FoundTasks {
  readonly sources: ReadonlyMap<string, Omit<LockedCode, "granted">>;
  readonly graph: ModuleGraph | null;
}

/** See {@linkcode findPluginCode}. */
export async function findTaskCode(
  manifest: Manifest,
  remote: RemoteModules,
  code: CodeLoader,
  parts: ChangeParts,
): Promise<FoundTasks> {
  const urls = await findTaskUrls(manifest);
  if (urls.length === 0) return { sources: new Map(), graph: null };
  const { folder } = manifest;
  const graph = await code.loadFrom(remote, urls, { root: folder, onProgress: fetching(parts, "[tasks]") });
  const finalUrls = new Map(urls.map((url) => [moduleInManifest(url, folder), graph.redirects.get(url) ?? url]));
  const sources = [...remoteTaskGraphs(graph, folder)].map(([specifier, digest]) => {
    const finalUrl = moduleInManifest(finalUrls.get(specifier)!, folder);
    return [specifier, { specifier, url: specifier, finalUrl, graph: digest }] as const;
  });
  return { sources: new Map(sources), graph };
}

/**
 * What the lock knows comes from there, the rest from the network: what is locked never changes by the way. A frozen
 * lock takes nothing on, so nothing is fetched for it.
 */
export function lockedFirst(lock: Lock, code: CodeLoader, network: RemoteModules, parts: ChangeParts): RemoteModules {
  const locked = code.locked(network);
  const { redirects, modules } = lock.code;
  const { frozen, manifestPath } = parts.settings.values;
  return {
    load(url, chain) {
      if (Object.hasOwn(redirects, url) || Object.hasOwn(modules, url)) return locked.load(url, chain);
      if (frozen) return Promise.reject(lockFrozen(lockPath(manifestPath), `${url} would be added to it`));
      return fromNetwork(network, parts).load(url, chain);
    },
  };
}

/** The network, unless nothing may be fetched. */
export function fromNetwork(network: RemoteModules, { settings }: ChangeParts): RemoteModules {
  return {
    load: (url, chain) => settings.values.offline ? Promise.reject(offline(url)) : network.load(url, chain),
  };
}

/** What the lock is to say of the modules of some graphs together. */
export function joinGraphs(graphs: readonly LockedGraph[]): LockedGraph {
  return {
    images: Object.assign({}, ...graphs.map(({ images }) => images)),
    redirects: Object.assign({}, ...graphs.map(({ redirects }) => redirects)),
    modules: Object.assign({}, ...graphs.map(({ modules }) => modules)),
  };
}

/** The modules from URLs of a graph, the entry's and all others. */
export function remoteModules(graph: ModuleGraph): { url: string; bytes: number; sha256: string }[] {
  return [...graph.modules.values()].filter(({ url }) => isRemote(url))
    .map(({ url, bytes, sha256 }) => ({ url, bytes, sha256 }));
}
