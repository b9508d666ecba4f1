/** What there is to say of plugins without starting any. @module */

import { type Capability, type ErrorData, type NuvomError, type PermissionSet, toErrorData } from "../core/mod.ts";
import { isRemote } from "../loader/light.ts";
import type { Isolation } from "../sandbox/mod.ts";
import type { LoadedSettings } from "../settings/mod.ts";
import { type ExaminedPlugin, examinePlugins } from "./examine.ts";
import type { Manifest } from "./manifest.ts";

/** `unlocked`: the lock does not know this code, or knows other code; `unreadable`: the lock itself is at fault. */
export type LockState = "none" | "locked" | "unlocked" | "unreadable";

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

/**
 * A row for each plugin of the manifest, also for those that are broken. A module that has changed is imported once,
 * in a process without permissions; nothing is started.
 *
 * @throws {NuvomError} `NUVOM_PLUGIN_SECTION` when a section belongs to no plugin.
 */
export async function describePlugins(manifest: Manifest, settings: LoadedSettings): Promise<readonly PluginRow[]> {
  return (await examinePlugins({ manifest, settings })).map(toRow);
}

const UNLOCKED: readonly string[] = ["NUVOM_LOCK_ENTRY", "NUVOM_LOCK_SOURCE", "NUVOM_LOCK_GRAPH", "NUVOM_LOCK_ASKED"];
const UNREADABLE: readonly string[] = ["CONFLICT", "SYNTAX", "VERSION", "SHAPE", "DIGEST", "READ"];

function lockStateOf({ entry, remote, fault }: ExaminedPlugin): LockState {
  const code = fault?.code ?? "";
  if (UNLOCKED.includes(code)) return "unlocked";
  if (UNREADABLE.some((what) => code === `NUVOM_LOCK_${what}`)) return "unreadable";
  return remote === null && !isRemote(entry.module) ? "none" : "locked";
}

/** For people and programs. */
export function toRow(plugin: ExaminedPlugin): PluginRow {
  const { entry, known, locked, section, isolation, granted, asked, fault, unready } = plugin;
  const problem = fault ?? unready;
  // What can't be read now said so when it was locked.
  const said = known?.metadata ?? locked;
  return {
    specifier: entry.specifier,
    module: entry.module,
    lock: lockStateOf(plugin),
    name: said?.name ?? null,
    version: said?.version ?? null,
    provides: said?.provides ?? [],
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
