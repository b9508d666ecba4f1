/** What there is to say of plugins without starting any. @module */

import { type Capability, type ErrorData, NuvomError, type PermissionSet, toErrorData } from "../core/mod.ts";
import { importsOf, isRemote, type ModuleGraph, modulesFrom } from "../loader/mod.ts";
import type { Isolation } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { CodeLoader } from "./code_loader.ts";
import { pluginUnknown } from "./errors.ts";
import { type ExaminedPlugin, examinePlugins } from "./examine.ts";
import type { LockedPlugin } from "./lock.ts";
import type { Manifest } from "./manifest.ts";
import type { PluginSettingRow } from "./plugin_settings.ts";
import { findPlugin, namesOf } from "./target.ts";

/** `unlocked`: the lock does not know this code, or knows other code; `unreadable`: the lock itself is at fault. */
export type LockState = "none" | "locked" | "unlocked" | "unreadable";

/** A module of a plugin, for a tree. */
export interface PluginModule {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** URLs of the modules that it imports; empty where the modules could not be read. */
  readonly imports: readonly string[];
}

/** One line of `nuvom plugin list`. */
export interface PluginRow {
  /** As the manifest writes it. */
  readonly specifier: string;
  /** `file:` or `https:` URL, or `nuvom:NAME`. */
  readonly module: string;
  /** Of its code from URLs: `none` where there is none. */
  readonly lock: LockState;
  /** Null when the module could not be read. */
  readonly name: string | null;
  readonly version: string | null;
  readonly provides: readonly Capability[];
  readonly requires: readonly string[];
  readonly isolation: Isolation;
  readonly granted: PermissionSet;
  readonly asked: PermissionSet;
  readonly optional: boolean;
  /** Why it could not be started. */
  readonly problem: ErrorData | null;
}

/** All that `nuvom plugin inspect` shows. */
export interface PluginDetail extends PluginRow {
  readonly exportName: string | null;
  readonly apiVersion: string | null;
  readonly settings: readonly PluginSettingRow[];
  /** The entry first. */
  readonly modules: readonly PluginModule[];
  /** What the lock says under its name; null when it says nothing. */
  readonly locked: LockedPlugin | null;
  readonly missing: PermissionSet | null;
  /** Where the manifest lists it. */
  readonly place: string;
}

/**
 * A row for each plugin of the manifest, also for those that are broken. A module that has changed is imported once,
 * in a process without permissions; nothing is started.
 *
 * @throws {NuvomError} `NUVOM_PLUGIN_SECTION` when a section belongs to no plugin.
 */
export async function describePlugins(manifest: Manifest, settings: LoadedSettings): Promise<readonly PluginRow[]> {
  return (await examinePlugins({ manifest, settings })).map(toRow);
}

/** @param name Of the plugin, or how the manifest writes it. @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN` */
export async function describePlugin(
  manifest: Manifest,
  settings: LoadedSettings,
  name: string,
): Promise<PluginDetail> {
  const code = new CodeLoader(settings.values);
  const plugins = await examinePlugins({ manifest, settings, code });
  const found = findPlugin(name, plugins);
  if (found === undefined) throw pluginUnknown(name, namesOf(plugins), manifest.path);
  const { entry, known, settings: effective, missing } = found;
  return {
    ...toRow(found),
    exportName: known?.metadata.exportName ?? entry.exportName,
    apiVersion: known?.metadata.apiVersion ?? null,
    settings: effective?.rows ?? [],
    modules: await modulesOf(found, code),
    locked: known === null ? null : await lockedAs(known.metadata.name, code),
    missing,
    place: entry.place,
  };
}

/** Read anew for what imports what; where that fails, as they were when they were last read. */
async function modulesOf({ entry, root, known, section }: ExaminedPlugin, code: CodeLoader): Promise<PluginModule[]> {
  try {
    return tree(await code.load([entry.module], { root, imports: section?.imports }), entry.module);
  } catch (error) {
    if (!(error instanceof NuvomError)) throw error;
    return (known?.record.files ?? []).map((file) => ({ ...file, imports: [] }));
  }
}

function tree(graph: ModuleGraph, entry: string): PluginModule[] {
  return modulesFrom(graph, entry).map((module) => {
    const { url, bytes, sha256 } = module;
    const imports = new Set(importsOf(module).map((request) => graph.redirects.get(request.url) ?? request.url));
    return { url, bytes, sha256, imports: [...imports] };
  });
}

async function lockedAs(name: string, code: CodeLoader): Promise<LockedPlugin | null> {
  try {
    const { plugins } = await code.lock();
    return Object.hasOwn(plugins, name) ? plugins[name]! : null;
  } catch (error) {
    if (error instanceof NuvomError) return null;
    throw error;
  }
}

const UNLOCKED: readonly string[] = ["NUVOM_LOCK_ENTRY", "NUVOM_LOCK_SOURCE", "NUVOM_LOCK_GRAPH", "NUVOM_LOCK_ASKED"];
const UNREADABLE: readonly string[] = ["CONFLICT", "SYNTAX", "VERSION", "SHAPE", "DIGEST", "READ"];

function lockStateOf({ entry, remote, fault }: ExaminedPlugin): LockState {
  const code = fault?.code ?? "";
  if (UNLOCKED.includes(code)) return "unlocked";
  if (UNREADABLE.some((what) => code === `NUVOM_LOCK_${what}`)) return "unreadable";
  return remote === null && !isRemote(entry.module) ? "none" : "locked";
}

function toRow(plugin: ExaminedPlugin): PluginRow {
  const { entry, known, section, isolation, granted, asked, fault, unready } = plugin;
  const problem = fault ?? unready;
  return {
    specifier: entry.specifier,
    module: entry.module,
    lock: lockStateOf(plugin),
    name: known?.metadata.name ?? null,
    version: known?.metadata.version ?? null,
    provides: known?.metadata.provides ?? [],
    requires: known?.metadata.requires ?? [],
    isolation,
    granted,
    asked,
    optional: section?.optional ?? false,
    problem: problem === null ? null : withoutStack(problem),
  };
}

/** The stack would show this nuvom's own code, which is of no use to the owner of the plugin. */
function withoutStack(problem: NuvomError): ErrorData {
  const { stack: _stack, cause: _cause, ...data } = toErrorData(problem);
  return data;
}
