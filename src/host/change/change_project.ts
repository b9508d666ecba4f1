/** Changes lock and manifest together: both or neither, one process at a time, each file always whole. @module */

import { basename, dirname } from "@std/path";
import { NuvomError, systemClock } from "../../core/mod.ts";
import { exclusively } from "../exclusively.ts";
import { EMPTY_LOCK, type Lock, lockPath } from "../lock.ts";
import { lockBusy, lockFrozen, lockUnwritable } from "../lock_errors.ts";
import { readLockText, writeLockText } from "../lock_file.ts";
import { lockText, parseLock } from "../lock_json.ts";
import type { Manifest } from "../manifest.ts";
import { readText } from "../manifest_document.ts";
import { manifestUnwritable } from "../manifest_errors.ts";
import { readManifestText } from "../read_manifest.ts";
import { isSystemError } from "../system_error.ts";
import { writeAtomically } from "../write_atomically.ts";
import { removeTorn } from "./cache.ts";
import type { ChangeParts } from "./parts.ts";

/** A project as it is while nobody else changes it. */
export interface ProjectState {
  readonly manifest: Manifest;
  readonly manifestText: string;
  readonly lock: Lock;
  /** What is wrong with the lock on disk; then `lock` is an empty one. */
  readonly lockFault: NuvomError | null;
}

/** What is to be written; what is left out stays. */
export interface ProjectChange {
  readonly manifestText?: string;
  readonly lock?: Lock;
  /** For messages, the rest of a sentence: `the plugin "x" would be added to it`. */
  readonly what: string;
  /** Of the two files the lock is written first, so that no code is listed that is not locked; but what is taken out. */
  readonly manifestFirst?: boolean;
}

/** How a project is opened for a change. */
export interface ChangeOptions {
  /** A manifest that does not exist counts as an empty one. */
  readonly create?: boolean;
  /** A lock that can't be read counts as an empty one. */
  readonly mendLock?: boolean;
}

const WAIT_MS = 10_000;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Lets `work` decide on a change while no other process can, then writes it.
 *
 * @returns what `work` reports.
 * @throws {NuvomError} `NUVOM_LOCK_BUSY`, `NUVOM_LOCK_FROZEN`, `NUVOM_LOCK_…`, `NUVOM_MANIFEST_…`; nothing is changed then.
 */
export async function changeProject<T>(
  parts: ChangeParts,
  options: ChangeOptions,
  work: (state: ProjectState) => Promise<{ readonly change: ProjectChange | null; readonly report: T }>,
): Promise<T> {
  const { projectDir, stateDir, cacheDir, manifestPath } = parts.settings.values;
  const { waitMs = WAIT_MS, clock = systemClock } = parts;
  try {
    return await exclusively(`${stateDir}/changing`, waitMs, () => lockBusy(projectDir, waitMs), async () => {
      await removeLeftovers(manifestPath);
      await removeTorn(cacheDir, clock.now());
      const before = await readProject(parts, options);
      const { change, report } = await work(before);
      if (change !== null) await write(change, before, parts);
      return report;
    });
  } catch (error) {
    if (error instanceof NuvomError || !isSystemError(error)) throw error;
    throw manifestUnwritable(manifestPath, `can't be changed: ${error.message}`, error);
  }
}

/** @throws {NuvomError} `NUVOM_MANIFEST_…`, `NUVOM_LOCK_…` */
export async function readProject(parts: ChangeParts, options: ChangeOptions = {}): Promise<ProjectState> {
  const { manifestPath } = parts.settings.values;
  const text = await manifestText(manifestPath, options.create ?? false);
  const manifest = await readManifestText(manifestPath, text);
  const { lock, lockFault } = openLock(lockPath(manifestPath));
  if (lockFault !== null && !options.mendLock) throw lockFault;
  return { manifest, manifestText: text, lock, lockFault };
}

function openLock(path: string): Pick<ProjectState, "lock" | "lockFault"> {
  const text = readLockText(path);
  try {
    return { lock: text === null ? EMPTY_LOCK : parseLock(text, path), lockFault: null };
  } catch (error) {
    // One that a newer nuvom wrote is not ours to mend.
    if (!(error instanceof NuvomError) || error.code === "NUVOM_LOCK_VERSION") throw error;
    return { lock: EMPTY_LOCK, lockFault: error };
  }
}

async function manifestText(path: string, create: boolean): Promise<string> {
  try {
    return await readText(path);
  } catch (error) {
    if (create && error instanceof NuvomError && error.code === "NUVOM_MANIFEST_MISSING") return "";
    throw error;
  }
}

async function write(change: ProjectChange, before: ProjectState, parts: ChangeParts): Promise<void> {
  const { manifestPath, frozen } = parts.settings.values;
  const path = lockPath(manifestPath);
  const old = readLockText(path);
  const lock = change.lock === undefined ? old : textOf(change.lock, old);
  const manifest = change.manifestText ?? before.manifestText;
  // What would not be read again is not written.
  await readManifestText(manifestPath, manifest);
  const steps = [
    ...(lock === old ? [] : [await lockStep(path, lock, old)]),
    ...(manifest === before.manifestText ? [] : [await manifestStep(manifestPath, manifest, before.manifestText)]),
  ];
  if (lock !== old && frozen) throw lockFrozen(path, change.what);
  await inOrder(change.manifestFirst ? steps.reverse() : steps, parts);
}

interface Step {
  readonly path: string;
  run(): Promise<void>;
  undo(): Promise<void>;
}

/** A step that fails takes back those before it. */
async function inOrder(steps: readonly Step[], { onProgress }: ChangeParts): Promise<void> {
  for (const [done, step] of steps.entries()) {
    try {
      onProgress?.({ step: "write", what: step.path, done, known: steps.length, bytes: 0 });
      await step.run();
    } catch (error) {
      for (const before of steps.slice(0, done)) await before.undo();
      throw error;
    }
  }
}

async function lockStep(path: string, text: string | null, old: string | null): Promise<Step> {
  if (await isReadOnly(path)) throw lockUnwritable(path, "is read-only");
  return { path, run: () => writeLockText(path, text), undo: () => writeLockText(path, old) };
}

/** No file is made for a lock that says nothing. */
function textOf(lock: Lock, old: string | null): string | null {
  const isEmpty = Object.keys(lock.plugins).length === 0 && Object.keys(lock.tasks).length === 0;
  return isEmpty && old === null ? null : lockText(lock);
}

/** It keeps its mode; of a link, what it leads to is written. */
async function manifestStep(path: string, text: string, old: string): Promise<Step> {
  const real = await Deno.realPath(path).catch(() => path);
  const mode = (await Deno.stat(real).catch(() => null))?.mode ?? 0o644;
  if (await isReadOnly(real)) throw manifestUnwritable(path, "is read-only");
  const put = async (content: string) => {
    try {
      await writeAtomically(real, content, mode & 0o777);
    } catch (error) {
      throw manifestUnwritable(path, `can't be written: ${(error as Error).message}`, error);
    }
  };
  return { path, run: () => put(text), undo: () => put(old) };
}

/** Renaming over it would work all the same, and is not what its owner wants. */
async function isReadOnly(path: string): Promise<boolean> {
  const mode = (await Deno.stat(path).catch(() => null))?.mode ?? null;
  return mode !== null && (mode & 0o222) === 0;
}

/** What a process that was killed while it wrote has left behind; nobody writes now. */
async function removeLeftovers(manifestPath: string): Promise<void> {
  const folder = dirname(manifestPath);
  const names = [manifestPath, lockPath(manifestPath)].map((path) => `${basename(path)}.`);
  for await (const { name } of Deno.readDir(folder)) {
    const isOurs = names.some((start) => name.startsWith(start) && UUID.test(name.slice(start.length)));
    if (isOurs) await Deno.remove(`${folder}/${name}`);
  }
}
