/** Takes a plugin out of the manifest, then out of the lock. @module */

import { parse } from "@std/toml";
import { NuvomError } from "../../core/mod.ts";
import { lockedGraph } from "../../loader/mod.ts";
import { CodeLoader } from "../code_loader.ts";
import { pluginUnknown } from "../errors.ts";
import { examinePlugins } from "../examine.ts";
import type { Lock } from "../lock.ts";
import type { Manifest, PluginEntry } from "../manifest.ts";
import { editManifest } from "../manifest_edit.ts";
import { readManifestText } from "../read_manifest.ts";
import { resolveSpecifier } from "../specifier.ts";
import { findPlugin, namesOf } from "../target.ts";
import type { TomlTable } from "../toml_value.ts";
import { changeProject, readProject } from "./change_project.ts";
import { findPluginCode, findTaskCode, joinGraphs } from "./code_source.ts";
import type { ChangeParts } from "./parts.ts";

/** What was taken out. */
export interface RemoveReport {
  readonly name: string;
  readonly specifier: string;
  /** URLs of modules that the lock does not need any more; they stay in the store. */
  readonly modules: readonly string[];
}

/**
 * Its section goes with it. Files of the project stay.
 *
 * @param target Its name, or how the manifest writes it.
 * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`, `NUVOM_LOCK_…`, `NUVOM_MANIFEST_…`
 */
export async function removePlugin(parts: ChangeParts, target: string): Promise<RemoveReport> {
  const { name, entry } = await find(parts, target);
  return await changeProject(parts, {}, async ({ manifest, manifestText, lock }) => {
    const specifiers = await specifiersOf(entry, manifestText, manifest.folder);
    const text = editManifest(manifestText, (data) => takeOut(data, specifiers, name), manifest.path);
    const { [name]: _, ...plugins } = lock.plugins;
    const left = await readManifestText(manifest.path, text);
    const pruned = await prune({ ...lock, plugins }, left, parts);
    const modules = Object.keys(lock.code.modules).filter((url) => !Object.hasOwn(pruned.code.modules, url));
    return {
      change: { manifestText: text, lock: pruned, manifestFirst: true, what: `the plugin "${name}" would leave it` },
      report: { name, specifier: entry.specifier, modules },
    };
  });
}

async function find(parts: ChangeParts, target: string): Promise<{ name: string; entry: PluginEntry }> {
  const { manifest, lock } = await readProject(parts);
  const plugins = await examinePlugins({ manifest, settings: parts.settings });
  const found = findPlugin(target, plugins);
  if (found !== undefined) {
    return {
      name: found.known?.metadata.name ?? found.section?.name ?? lockedName(found.entry, lock),
      entry: found.entry,
    };
  }
  // One that can't be read any more can still be removed.
  const url = Object.hasOwn(lock.plugins, target) ? lock.plugins[target]!.url : null;
  const entry = manifest.plugins.find(({ module }) => module === url);
  if (entry === undefined) throw pluginUnknown(target, namesOf(plugins), manifest.path);
  return { name: target, entry };
}

function lockedName({ module, specifier }: PluginEntry, lock: Lock): string {
  return Object.entries(lock.plugins).find(([, { url }]) => url === module)?.[0] ?? specifier;
}

/** However it is written: under each capability it may be another way. */
async function specifiersOf({ module, exportName }: PluginEntry, text: string, folder: string): Promise<string[]> {
  const lists = Object.values((parse(text).plugins ?? {}) as Record<string, string[]>);
  const resolved = await Promise.all(
    lists.flat().map(async (specifier) => {
      const found = await resolveSpecifier(specifier, folder, null);
      return found.module === module && found.exportName === exportName ? [specifier] : [];
    }),
  );
  return resolved.flat();
}

function takeOut(data: TomlTable, specifiers: readonly string[], name: string): void {
  const lists = data.plugins as TomlTable;
  for (const [capability, list] of Object.entries(lists)) {
    const left = (list as string[]).filter((specifier) => !specifiers.includes(specifier));
    if (left.length > 0) lists[capability] = left;
    else if (left.length < (list as string[]).length) delete lists[capability];
  }
  const sections = data.plugin as TomlTable | undefined;
  if (sections !== undefined) delete sections[name];
}

/** Without the modules that nothing in the manifest needs; where that can't be told without a network, with all. */
async function prune(lock: Lock, manifest: Manifest, parts: ChangeParts): Promise<Lock> {
  const code = new CodeLoader(parts.settings.values, lock);
  const remote = code.locked(null);
  try {
    const graphs = [];
    for (const entry of manifest.plugins) {
      const imports = [...manifest.sections.values()].find(({ source }) => source === entry.module)?.imports;
      graphs.push((await findPluginCode(entry, imports, remote, code, parts)).graph);
    }
    const tasks = await findTaskCode(manifest, remote, code, parts);
    if (tasks.graph !== null) graphs.push(tasks.graph);
    return { ...lock, code: joinGraphs(graphs.map(lockedGraph)) };
  } catch (error) {
    if (error instanceof NuvomError) return lock;
    throw error;
  }
}
