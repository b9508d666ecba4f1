/** Fetches code from URLs anew, shows what has changed, and locks that. @module */

import type { RemoteModules } from "../../loader/mod.ts";
import { CodeLoader } from "../code_loader.ts";
import { pluginUnknown } from "../errors.ts";
import type { Lock } from "../lock.ts";
import type { Manifest, PluginEntry } from "../manifest.ts";
import { moduleInManifest } from "../paths.ts";
import { type ProjectState, readProject } from "./change_project.ts";
import { fromNetwork } from "./code_source.ts";
import { writeRelocked } from "./lock_all.ts";
import type { ChangeParts } from "./parts.ts";
import type { CodeChange } from "./code_change.ts";
import { relock, type Relocked } from "./relock.ts";

/** What an update would change; nothing of it is locked yet. */
export interface InspectedUpdates {
  readonly changes: readonly CodeChange[];
  /** For `applyUpdates`. */
  readonly relocked: Relocked;
  /** See {@linkcode InspectedUpdates.relocked}. */
  readonly before: ProjectState;
}

/**
 * A module is locked once: where a plugin that is not asked for shares one with a plugin that is, its entry changes too.
 *
 * @param names Of plugins, or specifiers; null for everything from URLs, task modules too.
 * @throws {NuvomError} `NUVOM_PLUGIN_UNKNOWN`, `NUVOM_FETCH_…`, `NUVOM_LOCK_…`
 */
export async function inspectUpdates(parts: ChangeParts, names: readonly string[] | null): Promise<InspectedUpdates> {
  const before = await readProject(parts);
  const isChosen = chooser(names, before);
  const code = new CodeLoader(parts.settings.values, before.lock);
  await using network = code.openNetwork(parts.signal);
  const fetched = new Set<string>();
  const fresh = recorded(fromNetwork(network, parts), fetched);
  const locked = code.locked(network);
  const others: RemoteModules = {
    load: (url, chain) => (fetched.has(url) ? fresh : locked).load(url, chain),
  };
  const remoteFor = (entry: PluginEntry | null) => isChosen(entry) ? fresh : others;
  const relocked = await relock(before, code, remoteFor, parts, isChosen);
  return { changes: relocked.changes, relocked, before };
}

/** Locks what was looked at. @throws {NuvomError} `NUVOM_LOCK_CHANGED`, `NUVOM_LOCK_FROZEN`, `NUVOM_LOCK_…` */
export async function applyUpdates(
  parts: ChangeParts,
  { before, relocked }: InspectedUpdates,
): Promise<{ readonly changes: readonly CodeChange[]; readonly changed: boolean }> {
  const changed = await writeRelocked(parts, before, relocked, "an update would change it");
  return { changes: relocked.changes, changed };
}

function recorded(remote: RemoteModules, urls: Set<string>): RemoteModules {
  return {
    async load(url, chain) {
      const module = await remote.load(url, chain);
      urls.add(url).add(module.url);
      return module;
    },
  };
}

function chooser(names: readonly string[] | null, state: ProjectState): (entry: PluginEntry | null) => boolean {
  if (names === null) return () => true;
  const chosen = names.map((name) => find(name, state));
  return (entry) => chosen.includes(entry);
}

/** Null: the task modules. */
function find(name: string, { manifest, lock }: { manifest: Manifest; lock: Lock }): PluginEntry | null {
  if (Object.hasOwn(lock.tasks, name)) return null;
  const locked = Object.hasOwn(lock.plugins, name) ? lock.plugins[name]! : null;
  const entry = manifest.plugins.find(({ specifier, module, exportName }) =>
    specifier === name ||
    (moduleInManifest(module, manifest.folder) === locked?.url && exportName === locked.exportName)
  );
  if (entry === undefined) throw pluginUnknown(name, Object.keys(lock.plugins), manifest.path);
  return entry;
}
