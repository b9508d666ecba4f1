/** What a plugin says of itself, learned by importing its module where it can do nothing. @module */

import { type Clock, NuvomError, type PluginMetadata } from "../core/mod.ts";
import { graphRecord, isRemote, type ModuleGraph, type PreparedGraph, prepareGraph } from "../loader/mod.ts";
import { openRealm, type RealmHost, unknownMethod } from "../sandbox/mod.ts";
import { type CallOptions, PluginCaller } from "./call.ts";
import { unlockedEntry } from "./check_lock.ts";
import type { CodeLoader } from "./code_loader.ts";
import { implausibleMetadata, importFailed, refusedInGuest, startTimeout } from "./errors.ts";
import type { KnownPlugin, MetadataCache, PluginSource } from "./metadata_cache.ts";
import { topPlace } from "./place.ts";
import { remoteDigest } from "./lock.ts";
import { pluginMetadata } from "./plugin_shapes.ts";

/** How a module is imported for its metadata. */
export interface ImportLimits {
  readonly manifest: { readonly path: string; readonly folder: string };
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly clock: Clock;
}

/** Where and how metadata is read. */
export interface MetadataSources extends ImportLimits {
  readonly cache: MetadataCache;
  readonly code: CodeLoader;
  /** Files must stay in it. Absolute. */
  readonly root: string;
  /** What bare specifiers mean. */
  readonly imports?: Readonly<Record<string, string>>;
}

/** Nobody is there for a module that must do nothing. */
const DEAF: RealmHost = { call: (method) => Promise.reject(unknownMethod(method)), note() {}, output() {} };
const END_MS = 500;

/**
 * Answers from the cache while no file has changed; else the module is imported once, in a process without permissions.
 *
 * @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_LOCK_…`, `NUVOM_PLUGIN_IMPORT`, `NUVOM_PLUGIN_START_TIMEOUT`,
 * `NUVOM_PLUGIN_EXPORT_MISSING`, `NUVOM_PLUGIN_SHAPE`, `NUVOM_PLUGIN_API`, `NUVOM_REALM_…`
 */
export async function readMetadata(source: PluginSource, sources: MetadataSources): Promise<KnownPlugin> {
  const { cache, code, root, imports = {}, manifest } = sources;
  const unlocked = isRemote(source.module) ? unlockedEntry(source, await code.lock(), manifest) : null;
  if (unlocked !== null) throw unlocked;
  const cached = await cache.find(source);
  if (cached !== null && await isCurrent(cached, imports, code)) return cached;
  const graph = await code.load([source.module], { root, imports });
  const metadata = await importMetadata(source, graph, sources);
  const known: KnownPlugin = { metadata, record: graphRecord(graph), imports, backends: [] };
  await cache.keep(source, known);
  return known;
}

/** What a plugin in a graph says of itself, where it can do nothing. @throws {NuvomError} see {@linkcode readMetadata} */
export async function importMetadata(
  source: PluginSource,
  graph: ModuleGraph,
  limits: ImportLimits,
): Promise<PluginMetadata> {
  const prepared = await prepareGraph(graph);
  try {
    return await importAlone(source, prepared, limits);
  } finally {
    await prepared.dispose();
  }
}

/** The modules may all be locked still, and yet not be those of this plugin. */
async function isCurrent(
  { metadata, record, imports: before }: KnownPlugin,
  imports: Readonly<Record<string, string>>,
  code: CodeLoader,
): Promise<boolean> {
  if (JSON.stringify(before) !== JSON.stringify(imports) || !await code.isFresh(record)) return false;
  const digest = remoteDigest(record.files);
  return digest === null || (await code.lock()).plugins[metadata.name]?.graph === digest;
}

/** How `plugin.load` is called, here and in the realm that the plugin then runs in. */
export function loadOptions(source: PluginSource, folder: string, timeoutMs: number): CallOptions<PluginMetadata> {
  return {
    what: "import",
    answer: pluginMetadata,
    timeoutMs,
    late: (ms) => startTimeout(source.specifier, "import", ms),
    implausible: (detail) => implausibleMetadata(source.specifier, detail),
    failed(thrown, place) {
      const code = thrown instanceof NuvomError ? thrown.code : undefined;
      if (code === "NUVOM_PLUGIN_IMPORT" && thrown.cause instanceof Error) {
        // The guest has wrapped it without knowing where it comes from.
        return importFailed(source.specifier, thrown.cause, topPlace(thrown.cause.stack ?? "", folder));
      }
      if (thrown instanceof NuvomError && code !== "NUVOM_REALM_GONE") return refusedInGuest(thrown);
      return importFailed(source.specifier, thrown, place);
    },
  };
}

/** A process, because only a process can be ended while its module spins. */
async function importAlone(
  source: PluginSource,
  graph: PreparedGraph,
  { manifest, clock, timeoutMs, memoryMb }: ImportLimits,
): Promise<PluginMetadata> {
  const name = `plugin "${source.specifier}"`;
  const spec = { name, kind: "process", role: "plugin", graph, grant: {}, env: {}, memoryMb } as const;
  const realm = await openRealm({ ...spec, startTimeoutMs: timeoutMs }, DEAF);
  const mapStack = (stack: string) => graph.mapStack(stack);
  const caller = new PluginCaller({
    plugin: source.specifier,
    realm,
    clock,
    timeoutMs,
    mapStack,
    manifest,
    granted: {},
  });
  const { module, exportName } = source;
  const params = { entry: graph.entryRef(module), exportName };
  try {
    return await caller.call("plugin.load", params, loadOptions(source, manifest.folder, timeoutMs));
  } finally {
    await realm.stop(END_MS);
  }
}
