/** Looks at a plugin that may be added: fetches it, and asks it what it is where it can do nothing. @module */

import { NuvomError, type PermissionSet, type PluginMetadata, type PluginSettings } from "../../core/mod.ts";
import { CodeLoader } from "../code_loader.ts";
import { resolveRequest } from "../grants.ts";
import type { Manifest, PluginEntry } from "../manifest.ts";
import { pathInManifest } from "../paths.ts";
import { pluginSettings } from "../plugin_settings.ts";
import { isRemoteText } from "../remote_text.ts";
import { resolveSpecifier } from "../specifier.ts";
import { readProject } from "./change_project.ts";
import { findPluginCode, type FoundPlugin, lockedFirst, metadataOf } from "./code_source.ts";
import type { ChangeParts } from "./parts.ts";

/** A plugin, before anyone has consented to anything. */
export interface InspectedPlugin {
  /** As the manifest is to write it. */
  readonly specifier: string;
  /** `file:` or `https:` URL, or `nuvom:NAME`. */
  readonly module: string;
  /** Where that was found after redirects. */
  readonly finalUrl: string;
  /** What it says of itself; `permissions` is what it asks for. */
  readonly metadata: PluginMetadata;
  /** What it asks for, with its settings filled in; where one is missing yet, with the defaults. Absolute paths. */
  readonly asked: PermissionSet;
  /** What the manifest grants to its name already. */
  readonly granted: PermissionSet;
  /** The entry first; files of the project among them. */
  readonly modules: readonly { readonly url: string; readonly bytes: number; readonly sha256: string }[];
  readonly bytes: number;
  /** Whether any of it comes from a URL, and so is locked. */
  readonly isRemote: boolean;
  readonly imports?: Readonly<Record<string, string>>;
  /** For `addPlugin`. */
  readonly found: FoundPlugin;
}

/** What is to be looked at. */
export interface SourceRequest {
  /** As in `[plugins]`. */
  readonly specifier: string;
  /** What bare specifiers in its modules mean. */
  readonly imports?: Readonly<Record<string, string>>;
}

/**
 * Only the store is written. Modules that the lock knows already are taken as they were locked.
 *
 * @throws {NuvomError} `NUVOM_PLUGIN_…`, `NUVOM_FETCH_…`, `NUVOM_LOADER_…`, `NUVOM_LOCK_…`, `NUVOM_STORE_…`
 */
export async function inspectSource(parts: ChangeParts, request: SourceRequest): Promise<InspectedPlugin> {
  const { manifest, lock } = await readProject(parts, { create: true });
  const entry = await entryOf(request.specifier, manifest.folder);
  const code = new CodeLoader(parts.settings.values, lock);
  await using network = code.openNetwork(parts.signal);
  const remote = lockedFirst(lock, code, network, parts);
  const found = await findPluginCode(entry, request.imports, remote, code, parts);
  const metadata = await metadataOf(found, parts);
  const modules = [...found.graph.modules.values()].map(({ url, bytes, sha256 }) => ({ url, bytes, sha256 }));
  return {
    specifier: entry.specifier,
    module: entry.module,
    finalUrl: found.graph.redirects.get(entry.module) ?? entry.module,
    metadata,
    asked: await askedBy(metadata, manifest, parts),
    granted: manifest.sections.get(metadata.name)?.permissions ?? {},
    modules,
    bytes: modules.reduce((sum, { bytes }) => sum + bytes, 0),
    isRemote: found.digest !== null,
    ...(request.imports === undefined ? {} : { imports: request.imports }),
    found,
  };
}

async function askedBy(
  { name, settings: schema, permissions }: PluginMetadata,
  { sections, folder }: Manifest,
  { settings: { variables } }: ChangeParts,
): Promise<PermissionSet> {
  const resolved = (values: PluginSettings) => resolveRequest(permissions, values, folder, `The plugin "${name}"`);
  try {
    const section = sections.get(name);
    return resolved((await pluginSettings({ name, schema, section, variables, others: [] })).values);
  } catch (error) {
    // A setting that is required is set after the plugin was added.
    if (!(error instanceof NuvomError) || !error.code.startsWith("NUVOM_PLUGIN_SETTING_")) throw error;
    return resolved(Object.fromEntries(Object.entries(schema).map(([key, spec]) => [key, spec.default])));
  }
}

async function entryOf(text: string, folder: string): Promise<PluginEntry> {
  const { module, exportName } = await resolveSpecifier(text, folder, null);
  const hash = exportName === null ? "" : `#${exportName}`;
  const specifier = isRemoteText(text)
    ? `${module}${hash}`
    : text.startsWith("/")
    ? `${pathInManifest(text.split("#")[0]!, folder)}${hash}`
    : text;
  return { specifier, module, exportName, listedUnder: [], place: specifier };
}
