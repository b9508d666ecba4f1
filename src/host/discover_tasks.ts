/** Asks a realm what tasks its modules export, and explains why when they can't be imported. @module */

import { type ErrorData, fromErrorData, NuvomError, toErrorData } from "../core/mod.ts";
import {
  type DiscoveredTask,
  type EntryRef,
  explainPermission,
  type MissingPermission,
  type Realm,
} from "../sandbox/mod.ts";
import { refusedInGuest } from "./errors.ts";
import { accessText, grantAdvice } from "./grants.ts";
import type { Manifest } from "./manifest.ts";
import { topPlace } from "./place.ts";
import { Mismatch } from "./shape.ts";
import { discoveredTasks } from "./task_cache.ts";
import { handlerRefused, implausibleTasks, taskImportTimeout, taskModuleFailed, taskRefused } from "./task_errors.ts";

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
  if (missing !== null) return taskRefused(accessText(missing), place, grantFor(manifest, missing), cause);
  return place === null ? refusedInGuest(thrown) : taskModuleFailed(cause.message, place, cause);
}

/**
 * What a handler threw, explained where it was refused something: what is missing, and how to grant it.
 * @param error With the original places in its stack.
 */
export function explainRefusal(task: string, error: ErrorData, manifest: Manifest): ErrorData {
  const refused = [error, ...causesOf(error)].find((each) => explainPermission(each) !== null);
  if (refused === undefined) return error;
  const missing = explainPermission(refused)!;
  const place = topPlace(refused.stack ?? "", manifest.folder);
  const advice = grantFor(manifest, missing);
  return toErrorData(handlerRefused(task, accessText(missing), place, advice, fromErrorData(error)));
}

function causesOf({ cause }: ErrorData): ErrorData[] {
  return cause === undefined ? [] : [cause, ...causesOf(cause)];
}

function grantFor(manifest: Manifest, missing: MissingPermission): string {
  return grantAdvice(null, missing, manifest.tasks.permissions, manifest);
}
