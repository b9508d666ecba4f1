/** Reads and checks the manifest. It says whether the manifest is right, not whether its plugins are. @module */

import { CAPABILITIES, type Capability } from "../core/mod.ts";
import {
  type Manifest,
  MAX_MEMORY_MB,
  MIN_MEMORY_MB,
  type PluginEntry,
  type PluginSection,
  type TaskPattern,
  type TasksSection,
} from "./manifest.ts";
import { ManifestDocument } from "./manifest_document.ts";
import { pluginTableMisplaced } from "./manifest_errors.ts";
import { ManifestNode } from "./manifest_node.ts";
import { type OwnFiles, ownFiles } from "./own_files.ts";
import { readPermissions } from "./read_permissions.ts";
import { readPluginSection } from "./read_plugin_section.ts";
import { resolveSpecifier } from "./specifier.ts";
import { resolveTaskPattern } from "./task_pattern.ts";

const EXAMPLES = {
  plugins: 'plugins = { monitoring = ["nuvom:prometheus"] }',
  plugin: 'plugin.prometheus = { permissions = { net = ["127.0.0.1:9150"] } }',
  tasks: 'tasks = { modules = ["./tasks/**/*.ts"] }',
};

/**
 * Reads a manifest; no file of a plugin or task is opened.
 *
 * @param path Absolute.
 * @param own What of nuvom foreign code may not read or write, where the settings are known.
 * @throws {NuvomError} `NUVOM_MANIFEST_…`, `NUVOM_PLUGIN_SPECIFIER`
 */
export async function readManifest(path: string, own: OwnFiles = ownFiles(path)): Promise<Manifest> {
  return await readDocument(await ManifestDocument.open(path), own);
}

/** The same for a text that is not in the file yet. */
export async function readManifestText(path: string, text: string): Promise<Manifest> {
  return await readDocument(ManifestDocument.of(path, text), ownFiles(path));
}

async function readDocument(document: ManifestDocument, own: OwnFiles): Promise<Manifest> {
  const { plugins, plugin, tasks } = ManifestNode.root(document).record(["plugins", "plugin", "tasks"], EXAMPLES.tasks);
  return {
    path: document.path,
    folder: document.folder,
    plugins: plugins === undefined ? [] : await readPlugins(plugins),
    sections: plugin === undefined ? new Map() : await readSections(plugin, own),
    tasks: tasks === undefined ? { modules: [], permissions: {}, place: document.placeOf([]) } : readTasks(tasks, own),
  };
}

async function readSections(node: ManifestNode, own: OwnFiles): Promise<Map<string, PluginSection>> {
  const sections = new Map<string, PluginSection>();
  for (const [name, section] of node.table(EXAMPLES.plugin)) {
    sections.set(name, await readPluginSection(name, section, own));
  }
  return sections;
}

/** One plugin is one instance, however often it is listed. */
async function readPlugins(node: ManifestNode): Promise<PluginEntry[]> {
  for (const [key, inner] of node.table(EXAMPLES.plugins)) {
    if (inner.isTable) throw pluginTableMisplaced(inner.place, key);
  }
  const lists = node.record(CAPABILITIES, EXAMPLES.plugins);
  const entries = new Map<string, PluginEntry & { listedUnder: Capability[] }>();
  for (const [capability, list] of Object.entries(lists) as [Capability, ManifestNode][]) {
    for (const item of list.texts(`${capability} = ["plugins.my_plugin:MyPlugin"]`)) {
      const entry = await readEntry(item, capability);
      const key = `${entry.module}#${entry.exportName}`;
      const known = entries.get(key);
      if (known === undefined) entries.set(key, entry);
      else if (!known.listedUnder.includes(capability)) known.listedUnder.push(capability);
    }
  }
  return [...entries.values()];
}

async function readEntry(
  node: ManifestNode,
  capability: Capability,
): Promise<PluginEntry & { listedUnder: Capability[] }> {
  const specifier = String(node.value);
  const resolved = await resolveSpecifier(specifier, node.folder, node.place);
  return { specifier, ...resolved, listedUnder: [capability], place: node.place };
}

function readTasks(node: ManifestNode, own: OwnFiles): TasksSection {
  const { modules, permissions, memory_mb } = node.record(["modules", "permissions", "memory_mb"], EXAMPLES.tasks);
  const memoryMb = memory_mb?.whole(MIN_MEMORY_MB, MAX_MEMORY_MB, "memory_mb = 1024");
  return {
    modules: modules?.texts('modules = ["./tasks/**/*.ts"]').map(readPattern) ?? [],
    permissions: permissions === undefined ? {} : readPermissions(permissions, own),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    place: node.place,
  };
}

function readPattern(node: ManifestNode): TaskPattern {
  const pattern = { text: String(node.value), place: node.place };
  resolveTaskPattern(pattern, node.folder);
  return pattern;
}
