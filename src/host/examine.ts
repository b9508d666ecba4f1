/** What manifest and metadata say of the plugins together, checked; nothing is started. @module */

import { type Clock, NuvomError, type PermissionSet, systemClock } from "../core/mod.ts";
import { isRemote } from "../loader/light.ts";
import type { Isolation } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { consentMissing, listedWrongly, nameTwice, permissionsMissing, sectionUnknown, wrongSource } from "./errors.ts";
import { codeFault, grantFault, type RemotePlugin } from "./check_lock.ts";
import { grantCommand } from "./grant_command.ts";
import { grantToml, mergePermissions, missingPermissions, resolveRequest } from "./grants.ts";
import { LazyCode } from "./lazy_code.ts";
import { EMPTY_LOCK, type Lock, type LockedPlugin, remoteDigest } from "./lock.ts";
import type { CodeSource } from "./lock_reader.ts";
import type { Manifest, PluginEntry, PluginSection } from "./manifest.ts";
import { readMetadata } from "./metadata.ts";
import { type KnownPlugin, MetadataCache } from "./metadata_cache.ts";
import { startOrder } from "./order.ts";
import { type EffectiveSettings, pluginSettings } from "./plugin_settings.ts";

/** A plugin, and all that is known of it before it starts. */
export interface ExaminedPlugin {
  readonly entry: PluginEntry;
  /** Files of it must stay in this folder. Absolute. */
  readonly root: string;
  /** Null when its module could not be read. */
  readonly known: KnownPlugin | null;
  /** By its name; where that could not be read, by its source. */
  readonly section: PluginSection | undefined;
  /** Of its modules from URLs; null when there are none. */
  readonly remote: string | null;
  readonly isolation: Isolation;
  /** What it asks for, with its settings filled in. */
  readonly asked: PermissionSet;
  readonly granted: PermissionSet;
  readonly missing: PermissionSet | null;
  readonly settings: EffectiveSettings | null;
  /** What the lock says of its source, where its module could not be read. */
  readonly locked: (LockedPlugin & { readonly name: string }) | null;
  /** What is wrong with it, or with its place among the others. */
  readonly fault: NuvomError | null;
  /** Why it could not be started as things are: a setting or a permission is missing. */
  readonly unready: NuvomError | null;
}

/** Where plugins are looked for. */
export interface ExamineSources {
  readonly manifest: Manifest;
  readonly settings: LoadedSettings;
  readonly clock?: Clock;
  /** By default one that reads the lock of the manifest. */
  readonly code?: CodeSource;
}

type Sources = ExamineSources & { readonly code: CodeSource };

/** So many modules are read at once: each may need a process. */
const AT_ONCE = 4;

type Read = Pick<ExaminedPlugin, "entry" | "root" | "known" | "fault">;

/**
 * Examines every plugin of the manifest; what is wrong with one stands in its row.
 * @throws {NuvomError} `NUVOM_PLUGIN_SECTION` when a section belongs to no plugin.
 */
export async function examinePlugins(given: ExamineSources): Promise<ExaminedPlugin[]> {
  const sources = withCode(given);
  const { plugins, folder } = sources.manifest;
  const read = await inTurns(plugins, (entry) => readEntry(entry, folder, sources));
  checkSections(sources.manifest, read);
  const others = named(read);
  return await Promise.all(read.map((plugin) => examine(plugin, read, others, sources)));
}

/** Examines one plugin beside those of the manifest, which it must not pretend to be. */
export async function examineAlone(
  entry: PluginEntry,
  root: string,
  listed: readonly ExaminedPlugin[],
  given: ExamineSources,
): Promise<ExaminedPlugin> {
  const sources = withCode(given);
  const read = await readEntry(entry, root, sources);
  const all = [...listed, read];
  return await examine(read, all, named(all), sources);
}

function withCode(sources: ExamineSources): Sources {
  return { ...sources, code: sources.code ?? new LazyCode(sources.settings.values) };
}

async function readEntry(
  entry: PluginEntry,
  root: string,
  { manifest, settings: { values }, clock = systemClock, code }: Sources,
): Promise<Read> {
  try {
    const section = sectionOf({ entry, known: null }, manifest);
    const known = await readMetadata(entry, {
      cache: new MetadataCache(values.cacheDir),
      code,
      manifest,
      root,
      imports: section?.imports,
      timeoutMs: section?.startTimeoutMs ?? values.pluginStartTimeoutMs,
      memoryMb: values.memoryMb,
      clock,
    });
    return { entry, root, known, fault: null };
  } catch (error) {
    return { entry, root, known: null, fault: asNuvomError(error) };
  }
}

async function examine(
  plugin: Read,
  all: readonly Read[],
  others: readonly NamedPlugin[],
  { manifest, settings: { variables }, code }: Sources,
): Promise<ExaminedPlugin> {
  const section = sectionOf(plugin, manifest);
  const remote = plugin.known === null ? null : remoteDigest(plugin.known.record.files);
  const isolation = section?.isolation ?? (remote !== null || isRemote(plugin.entry.module) ? "process" : "worker");
  const granted = section?.permissions ?? {};
  const base = {
    ...plugin,
    section,
    remote,
    isolation,
    granted,
    asked: {},
    missing: null,
    settings: null,
    locked: null,
    unready: null,
  };
  if (plugin.known === null) return isRemote(plugin.entry.module) ? await withLocked(base, manifest, code) : base;
  const { metadata } = plugin.known;
  const locked = remote === null
    ? null
    : { lock: await code.lock(), entry: plugin.entry, metadata, graph: remote, granted };
  const fault = faultOf(plugin, all, others, section) ?? lockFaultOf(locked, manifest);
  const checked = { ...base, asked: metadata.permissions, fault };
  // Before what is missing: the manifest may grant all of it, and yet nobody consented.
  const unconsented = (missing: PermissionSet | null) =>
    fault !== null || locked === null ? null : consentFaultOf(locked, manifest, missing);
  try {
    const names = others.map(({ name }) => name).filter((name) => name !== metadata.name);
    const { name, settings: schema, permissions } = metadata;
    const settings = await pluginSettings({ name, schema, section, variables, others: names });
    const asked = resolveRequest(permissions, settings.values, manifest.folder, `The plugin "${name}"`);
    // Inline there is nothing that could be refused.
    const missing = isolation === "inline" ? null : missingPermissions(asked, granted);
    const unready = missing === null
      ? null
      : remote !== null
      ? consentMissing(name, grantCommand(name, missing))
      : lacking(name, mergePermissions(granted, missing), manifest);
    return { ...checked, settings, asked, missing, unready: unconsented(missing) ?? unready };
  } catch (error) {
    return { ...checked, unready: unconsented(null) ?? asNuvomError(error) };
  }
}

async function withLocked(plugin: ExaminedPlugin, { folder }: Manifest, code: CodeSource): Promise<ExaminedPlugin> {
  const { module, exportName } = plugin.entry;
  // A lock that can't be read is its fault already.
  const { plugins } = await code.lock().catch(() => EMPTY_LOCK);
  const found = Object.entries(plugins).find(([, one]) => one.url === module && one.exportName === exportName);
  if (found === undefined) return plugin;
  const [name, locked] = found;
  return { ...plugin, locked: { ...locked, name }, asked: resolveRequest(locked.asked, {}, folder) };
}

function lockFaultOf(locked: (RemotePlugin & { readonly lock: Lock }) | null, manifest: Manifest): NuvomError | null {
  return locked === null ? null : codeFault(locked, locked.lock, manifest);
}

function consentFaultOf(
  locked: RemotePlugin & { readonly lock: Lock },
  manifest: Manifest,
  missing: PermissionSet | null,
): NuvomError | null {
  try {
    return grantFault(locked, locked.lock, manifest, missing);
  } catch (error) {
    return asNuvomError(error);
  }
}

function faultOf(
  { entry, known }: Read,
  all: readonly Read[],
  others: readonly NamedPlugin[],
  section: PluginSection | undefined,
): NuvomError | null {
  const { name, provides } = known!.metadata;
  const namesakes = all.filter((other) => other.known?.metadata.name === name);
  if (namesakes.length > 1) {
    return nameTwice(name, namesakes.map(({ entry: { specifier, place } }) => `${specifier} (${place})`));
  }
  if (section?.source !== undefined && section.source !== entry.module) {
    return wrongSource(name, section.source, entry.module, entry.place);
  }
  const wrong = entry.listedUnder.find((capability) => !provides.includes(capability));
  if (wrong !== undefined) return listedWrongly(name, entry.place, wrong, provides);
  try {
    startOrder(others.filter((other) => other.name === name), others);
    return null;
  } catch (error) {
    return asNuvomError(error);
  }
}

function lacking(name: string, needed: PermissionSet, { path, folder }: Manifest): NuvomError {
  return permissionsMissing(name, path, grantToml(name, needed, folder));
}

/** A section whose plugin could not be read may belong to that one. */
function checkSections({ sections }: Manifest, read: readonly Read[]): void {
  if (read.some(({ known }) => known === null)) return;
  const names = named(read).map(({ name }) => name);
  for (const { name, place } of sections.values()) {
    if (!names.includes(name)) throw sectionUnknown(name, place, names);
  }
}

function sectionOf({ entry, known }: Pick<Read, "entry" | "known">, { sections }: Manifest): PluginSection | undefined {
  if (known !== null) return sections.get(known.metadata.name);
  return [...sections.values()].find(({ source }) => source === entry.module);
}

interface NamedPlugin {
  readonly name: string;
  readonly requires: readonly string[];
}

function named(read: readonly Read[]): NamedPlugin[] {
  return read.flatMap(({ known }) => known === null ? [] : [known.metadata]);
}

function asNuvomError(error: unknown): NuvomError {
  if (error instanceof NuvomError) return error;
  // A bug of ours, or of the machine, is no fault of the plugin.
  throw error;
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...await Promise.all(items.slice(at, at + AT_ONCE).map(work)));
  }
  return results;
}
