/** Adds a plugin that was looked at: to the lock, then to the manifest. @module */

import { type Capability, PERMISSION_KINDS, type PermissionSet } from "../../core/mod.ts";
import { lockedGraph } from "../../loader/mod.ts";
import { examinePlugins } from "../examine.ts";
import { mergePermissions, resolveRequest, writtenPermissions } from "../grants.ts";
import type { Lock } from "../lock.ts";
import { nameTaken } from "../lock_errors.ts";
import { lockText } from "../lock_json.ts";
import { editManifest } from "../manifest_edit.ts";
import { isRemoteText } from "../remote_text.ts";
import type { TomlTable, TomlValue } from "../toml_value.ts";
import { changeProject, type ProjectState, readProject } from "./change_project.ts";
import { joinGraphs, lockedPlugin } from "./code_source.ts";
import { lockChanged, providesNothing } from "./errors.ts";
import type { InspectedPlugin } from "./inspect_source.ts";
import type { ChangeParts } from "./parts.ts";

/** What was consented to. */
export interface AddConsent {
  /** What is granted, on top of what the manifest grants to that name already. Absolute paths. @default nothing */
  readonly permissions?: PermissionSet;
}

/** What was done. */
export interface AddReport {
  readonly name: string;
  readonly specifier: string;
  readonly listedUnder: readonly Capability[];
  /** By the manifest, now. */
  readonly granted: PermissionSet;
  /** False when manifest and lock said all of it already. */
  readonly changed: boolean;
}

/**
 * Whoever calls this has consented to the code that was looked at, and to the permissions that are given here.
 *
 * @throws {NuvomError} `NUVOM_PLUGIN_NAME`, `NUVOM_PLUGIN_PROVIDES`, `NUVOM_LOCK_…`, `NUVOM_MANIFEST_…`; nothing is changed then.
 */
export async function addPlugin(
  parts: ChangeParts,
  plugin: InspectedPlugin,
  { permissions = {} }: AddConsent = {},
): Promise<AddReport> {
  const { name, provides } = plugin.metadata;
  if (provides.length === 0) throw providesNothing(name, plugin.specifier);
  await refuseNamesake(parts, plugin);
  return await changeProject(parts, { create: true }, (state) => {
    const granted = mergePermissions(state.manifest.sections.get(name)?.permissions ?? {}, permissions);
    const manifestText = edited(state, plugin, permissions);
    const lock = plugin.isRemote ? locked(state, plugin, permissions) : state.lock;
    const changed = manifestText !== state.manifestText || lockText(lock) !== lockText(state.lock);
    return Promise.resolve({
      change: { manifestText, lock, what: `the plugin "${name}" would be added to it` },
      report: { name, specifier: plugin.specifier, listedUnder: provides, granted, changed },
    });
  });
}

/** A name is one plugin. What is listed already may be added again. */
async function refuseNamesake(parts: ChangeParts, { metadata: { name }, module, specifier }: InspectedPlugin) {
  const { manifest } = await readProject(parts, { create: true });
  const pinned = manifest.sections.get(name)?.source ?? module;
  if (pinned !== module) throw nameTaken(name, specifier, pinned);
  // Its section may have been written before it is listed.
  const sections = new Map([...manifest.sections].filter(([section]) => section !== name));
  const others = await examinePlugins({ manifest: { ...manifest, sections }, settings: parts.settings });
  const other = others.find(({ entry, known }) => known?.metadata.name === name && entry.module !== module);
  if (other !== undefined) throw nameTaken(name, specifier, other.entry.specifier);
}

function locked(
  { lock, manifest }: ProjectState,
  { found, metadata }: InspectedPlugin,
  permissions: PermissionSet,
): Lock {
  const { name } = metadata;
  const graph = lockedGraph(found.graph);
  for (const [url, { sha256 }] of Object.entries(graph.modules)) {
    const known = Object.hasOwn(lock.code.modules, url) ? lock.code.modules[url]! : null;
    if (known !== null && known.sha256 !== sha256) throw lockChanged(url);
  }
  const before = Object.hasOwn(lock.plugins, name) ? lock.plugins[name]! : null;
  // For the very same code consents add up.
  const granted = before?.graph === found.digest
    ? mergePermissions(resolveRequest(before.granted, {}, manifest.folder), permissions)
    : permissions;
  const entry = lockedPlugin(found, metadata, granted, manifest.folder);
  return { ...lock, plugins: { ...lock.plugins, [name]: entry }, code: joinGraphs([graph, lock.code]) };
}

function edited({ manifest, manifestText }: ProjectState, plugin: InspectedPlugin, permissions: PermissionSet): string {
  const { specifier, module, metadata: { name, provides }, imports } = plugin;
  const isListed = (capability: Capability) =>
    manifest.plugins.some((entry) => entry.module === module && entry.listedUnder.includes(capability));
  return editManifest(manifestText, (data) => {
    const lists = tableIn(data, "plugins");
    for (const capability of provides) {
      if (!isListed(capability)) {
        lists[capability] = [...(lists[capability] as TomlValue[] | undefined ?? []), specifier];
      }
    }
    const section = tableIn(tableIn(data, "plugin"), name);
    // Nothing else can take the name, and so the grant, of code from a URL.
    if (isRemoteText(module)) section.source = module;
    if (imports !== undefined) section.imports = { ...imports };
    addPermissions(section, writtenPermissions(permissions, manifest.folder));
  }, manifest.path);
}

/** Adds what is not granted yet; what was written by hand stays as it is written. */
export function addPermissions(section: TomlTable, permissions: PermissionSet): void {
  if (Object.keys(permissions).length === 0) return;
  const table = tableIn(section, "permissions");
  for (const kind of PERMISSION_KINDS) {
    const scope = permissions[kind];
    const before = table[kind];
    if (scope === undefined || before === true) continue;
    const items = Array.isArray(before) ? before : [];
    table[kind] = scope === true ? true : [...items, ...scope.filter((item) => !items.includes(item))];
  }
}

/** The table of that key, made when it is missing. */
export function tableIn(data: TomlTable, key: string): TomlTable {
  return (data[key] ??= {}) as TomlTable;
}
