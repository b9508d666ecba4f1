/** Makes the lock agree with the manifest: what is missing is fetched, what is locked stays as it is. @module */

import type { NuvomError } from "../../core/mod.ts";
import { CodeLoader } from "../code_loader.ts";
import { lockText } from "../lock_json.ts";
import { changeProject, type ProjectState, readProject } from "./change_project.ts";
import { lockedFirst } from "./code_source.ts";
import { projectChanged } from "./errors.ts";
import type { ChangeParts } from "./parts.ts";
import type { CodeChange } from "./code_change.ts";
import { relock, type Relocked } from "./relock.ts";

/** What was done. */
export interface LockReport {
  readonly changes: readonly CodeChange[];
  /** Why the lock was made anew, with everything fetched and all grants of the manifest taken; null when it was not. */
  readonly rebuilt: NuvomError | null;
  /** Whether the file was written. */
  readonly changed: boolean;
}

/**
 * @throws {NuvomError} `NUVOM_FETCH_…`, `NUVOM_PLUGIN_…`, `NUVOM_LOCK_…`; nothing is changed then.
 */
export async function lockAll(parts: ChangeParts): Promise<LockReport> {
  const state = await readProject(parts, { mendLock: true });
  if (state.lockFault !== null && parts.settings.values.frozen) throw state.lockFault;
  const code = new CodeLoader(parts.settings.values, state.lock);
  await using network = code.openNetwork(parts.signal);
  const remote = lockedFirst(state.lock, code, network, parts);
  const relocked = await relock(state, code, () => remote, parts);
  const changed = await writeRelocked(parts, state, relocked, "it does not agree with the manifest");
  return { changes: relocked.changes, rebuilt: state.lockFault, changed };
}

/** @returns whether anything changed. @throws {NuvomError} also `NUVOM_LOCK_CHANGED` when the project is another now. */
export async function writeRelocked(
  parts: ChangeParts,
  before: ProjectState,
  { lock }: Relocked,
  what: string,
): Promise<boolean> {
  const changed = before.lockFault !== null || lockText(lock) !== lockText(before.lock);
  if (!changed) return false;
  return await changeProject(parts, { mendLock: true }, (now) => {
    const isSame = now.manifestText === before.manifestText && lockText(now.lock) === lockText(before.lock);
    if (!isSame) throw projectChanged();
    return Promise.resolve({ change: { lock, what }, report: true });
  });
}
