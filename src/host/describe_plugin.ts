/** All that there is to say of one plugin without starting it. @module */

import { NuvomError, type PermissionSet } from "../core/mod.ts";
import { importsOf, type ModuleGraph, modulesFrom } from "../loader/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { CodeLoader } from "./code_loader.ts";
import { type PluginRow, toRow } from "./describe_plugins.ts";
import { pluginUnknown } from "./errors.ts";
import { type ExaminedPlugin, examinePlugins } from "./examine.ts";
import type { LockedPlugin } from "./lock.ts";
import type { Manifest } from "./manifest.ts";
import type { PluginSettingRow } from "./plugin_settings.ts";
import { findPlugin, namesOf } from "./target.ts";

/** A module of a plugin, for a tree. */
export interface PluginModule {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** URLs of the modules that it imports; empty where the modules could not be read. */
  readonly imports: readonly string[];
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
    locked: known === null ? found.locked : await lockedAs(known.metadata.name, code),
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
