/** Asks a realm what tasks its modules export, and explains why when they can't be imported. @module */

import { NuvomError } from "../core/mod.ts";
import {
  type DiscoveredTask,
  type EntryRef,
  explainPermission,
  type MissingPermission,
  type Realm,
} from "../sandbox/mod.ts";
import { refusedInGuest } from "./errors.ts";
import { grantToml, mergePermissions } from "./grants.ts";
import type { Manifest } from "./manifest.ts";
import { topPlace } from "./place.ts";
import { Mismatch } from "./shape.ts";
import { discoveredTasks } from "./task_cache.ts";
import { implausibleTasks, taskImportTimeout, taskModuleFailed, taskRefused } from "./task_errors.ts";

/** What is asked, and what errors say of it. */
export interface DiscoverParts {
  readonly manifest: Manifest;
  readonly entries: readonly EntryRef[];
  readonly timeoutMs: number;
  /** Of the prepared graph. */
  readonly mapStack: (stack: string) => string;
}

/** @throws {NuvomError} `NUVOM_TASK_…`, `NUVOM_REALM_GONE` */
export async function discoverTasks(realm: Pick<Realm, "call">, parts: DiscoverParts): Promise<DiscoveredTask[]> {
  const { entries, timeoutMs } = parts;
  try {
    return discoveredTasks(await realm.call("executor.load", { entries, concurrency: 1 }, { timeoutMs }), "the list");
  } catch (error) {
    throw explain(error as Error, parts);
  }
}

function explain(thrown: Error, { manifest, timeoutMs, mapStack }: DiscoverParts): Error {
  if (thrown instanceof Mismatch) return implausibleTasks(thrown.message, thrown);
  if (!(thrown instanceof NuvomError) || thrown.code === "NUVOM_REALM_GONE") return thrown;
  if (thrown.code === "NUVOM_RPC_TIMEOUT") return taskImportTimeout(timeoutMs, thrown);
  const { cause } = thrown;
  if (thrown.code !== "NUVOM_TASK_MODULE" || !(cause instanceof Error)) return refusedInGuest(thrown);
  cause.stack = mapStack(cause.stack ?? "");
  const place = topPlace(cause.stack, manifest.folder);
  const missing = explainPermission(cause);
  if (missing !== null) return refusedByGrant(missing, place, manifest, cause);
  return place === null ? refusedInGuest(thrown) : taskModuleFailed(cause.message, place, cause);
}

function refusedByGrant(
  { kind, value }: MissingPermission,
  place: string | null,
  { path, folder, tasks }: Manifest,
  cause: Error,
): NuvomError {
  const needed = mergePermissions(tasks.permissions, { [kind]: value === null ? true : [value] });
  const asked = `${kind} access${value === null ? "" : ` to "${value}"`}`;
  return taskRefused(asked, place, { manifest: path, toml: grantToml(null, needed, folder) }, cause);
}
