/** Consents to permissions: for the code that is locked, and no other. @module */

import type { PermissionSet } from "../../core/mod.ts";
import { pluginUnknown } from "../errors.ts";
import { examinePlugins } from "../examine.ts";
import { mergePermissions, missingPermissions, writtenPermissions } from "../grants.ts";
import type { Lock } from "../lock.ts";
import { editManifest } from "../manifest_edit.ts";
import { findPlugin, namesOf } from "../target.ts";
import type { TomlTable } from "../toml_value.ts";
import { addPermissions, tableIn } from "./add_plugin.ts";
import { changeProject, type ProjectState, readProject } from "./change_project.ts";
import type { ChangeParts } from "./parts.ts";

/** What was done; permissions with absolute paths. */
export interface GrantReport {
  /** Null: the task modules. */
  readonly name: string | null;
  /** By the manifest, before. */
  readonly before: PermissionSet;
  /** By the manifest, now. */
  readonly after: PermissionSet;
  /** What a plugin asks for and still does not have. */
  readonly missing: PermissionSet | null;
  readonly changed: boolean;
}

/**
 * Adds permissions to what the manifest grants, and notes the whole grant in the lock as consented to.
 *
 * @param name Of a plugin in the manifest; null for the task modules.
 * @param permissions With absolute paths; without any, it is consented to what the manifest grants as it is.
 * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`, `NUVOM_LOCK_…`, `NUVOM_MANIFEST_…`; nothing is changed then.
 */
export async function grantPlugin(
  parts: ChangeParts,
  name: string | null,
  permissions: PermissionSet = {},
): Promise<GrantReport> {
  const asked = name === null ? {} : await askedBy(parts, name);
  return await changeProject(parts, {}, (state) => {
    const { manifest, manifestText, lock } = state;
    const before = (name === null ? manifest.tasks : manifest.sections.get(name))?.permissions ?? {};
    const after = mergePermissions(before, permissions);
    const text = editManifest(manifestText, (data) => {
      const added = missingPermissions(permissions, before) ?? {};
      if (Object.keys(added).length > 0) {
        addPermissions(tableOf(data, name), writtenPermissions(added, manifest.folder));
      }
    }, manifest.path);
    const newLock = consented(name, after, state);
    const changed = text !== manifestText || newLock !== lock;
    const who = name === null ? "task modules" : `plugin "${name}"`;
    return Promise.resolve({
      change: { manifestText: text, lock: newLock, what: `the grant of the ${who} would change in it` },
      report: { name, before, after, missing: missingPermissions(asked, after), changed },
    });
  });
}

async function askedBy(parts: ChangeParts, name: string): Promise<PermissionSet> {
  const { manifest } = await readProject(parts);
  const plugins = await examinePlugins({ manifest, settings: parts.settings });
  const found = findPlugin(name, plugins);
  if (found === undefined || found.known?.metadata.name !== name) {
    throw found?.fault ?? pluginUnknown(name, namesOf(plugins), manifest.path);
  }
  return found.asked;
}

function tableOf(data: TomlTable, name: string | null): TomlTable {
  return name === null ? tableIn(data, "tasks") : tableIn(tableIn(data, "plugin"), name);
}

/** Code that is not from URLs has no entry, and needs none. */
function consented(name: string | null, after: PermissionSet, { lock, manifest }: ProjectState): Lock {
  const granted = writtenPermissions(after, manifest.folder);
  const isNews = (old: PermissionSet) => JSON.stringify(old) !== JSON.stringify(granted);
  if (name === null) {
    const entries = Object.entries(lock.tasks);
    if (!entries.some(([, entry]) => isNews(entry.granted))) return lock;
    return { ...lock, tasks: Object.fromEntries(entries.map(([key, entry]) => [key, { ...entry, granted }])) };
  }
  const entry = Object.hasOwn(lock.plugins, name) ? lock.plugins[name]! : null;
  if (entry === null || !isNews(entry.granted)) return lock;
  return { ...lock, plugins: { ...lock.plugins, [name]: { ...entry, granted } } };
}
