/** What there is to say of plugins without starting any. @module */

import type { Capability, ErrorData, NuvomError, PermissionSet } from "../core/mod.ts";
import { toErrorData } from "../core/mod.ts";
import type { Isolation } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { pluginUnknown } from "./errors.ts";
import { type ExaminedPlugin, examinePlugins } from "./examine.ts";
import type { Manifest } from "./manifest.ts";
import type { PluginSettingRow } from "./plugin_settings.ts";
import { findPlugin, namesOf } from "./target.ts";

/** One line of `nuvom plugin list`. */
export interface PluginRow {
  /** As the manifest writes it. */
  readonly specifier: string;
  /** `file:` URL, or `nuvom:NAME`. */
  readonly module: string;
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
  readonly modules: readonly { readonly url: string; readonly bytes: number; readonly sha256: string }[];
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
  const plugins = await examinePlugins({ manifest, settings });
  const found = findPlugin(name, plugins);
  if (found === undefined) throw pluginUnknown(name, namesOf(plugins), manifest.path);
  const { entry, known, settings: effective, missing } = found;
  return {
    ...toRow(found),
    exportName: known?.metadata.exportName ?? entry.exportName,
    apiVersion: known?.metadata.apiVersion ?? null,
    settings: effective?.rows ?? [],
    modules: known?.record.files ?? [],
    missing,
    place: entry.place,
  };
}

function toRow({ entry, known, section, isolation, granted, asked, fault, unready }: ExaminedPlugin): PluginRow {
  const problem = fault ?? unready;
  return {
    specifier: entry.specifier,
    module: entry.module,
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
