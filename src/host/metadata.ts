/** What a plugin says of itself: remembered, or learned anew. @module */

import { graphRecord, isRemote } from "../loader/light.ts";
import { unlockedEntry } from "./check_lock.ts";
import type { ImportLimits } from "./import_metadata.ts";
import { remoteDigest } from "./lock.ts";
import type { CodeSource } from "./lock_reader.ts";
import type { KnownPlugin, MetadataCache, PluginSource } from "./metadata_cache.ts";

/** Where and how metadata is read. */
export interface MetadataSources extends ImportLimits {
  readonly cache: MetadataCache;
  readonly code: CodeSource;
  /** Files must stay in it. Absolute. */
  readonly root: string;
  /** What bare specifiers mean. */
  readonly imports?: Readonly<Record<string, string>>;
}

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
  const cached = cache.find(source);
  if (cached !== null && await isCurrent(cached, imports, code)) return cached;
  const graph = await code.load([source.module], { root, imports });
  // What is remembered mostly holds, and then no realm is needed.
  const { importMetadata } = await import("./import_metadata.ts");
  const metadata = await importMetadata(source, graph, sources);
  const known: KnownPlugin = { metadata, record: graphRecord(graph), imports, backends: [], commands: [] };
  await cache.keep(source, known);
  return known;
}

/** The modules may all be locked still, and yet not be those of this plugin. */
async function isCurrent(
  { metadata, record, imports: before }: KnownPlugin,
  imports: Readonly<Record<string, string>>,
  code: CodeSource,
): Promise<boolean> {
  if (JSON.stringify(before) !== JSON.stringify(imports) || !await code.isFresh(record)) return false;
  const digest = remoteDigest(record.files);
  return digest === null || (await code.lock()).plugins[metadata.name]?.graph === digest;
}
