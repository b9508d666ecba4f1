/** The caches of modules and of what is known of plugins: how large they are, and what of them can go. @module */

import type { LoadedSettings } from "../../settings/mod.ts";
import { EMPTY_LOCK, lockPath } from "../lock.ts";
import { readLock } from "../lock_file.ts";

/** One part of the cache. */
export interface CachePart {
  readonly files: number;
  readonly bytes: number;
}

/** What lies in the cache; all projects of a user share it. */
export interface CacheInfo {
  readonly folder: string;
  /** Sources of modules from URLs. */
  readonly modules: CachePart;
  /** The same, ready to run. */
  readonly prepared: CachePart;
  /** What plugins say of themselves. */
  readonly plugins: CachePart;
}

/** What was removed. */
export interface CacheCleanReport extends CachePart {
  readonly folder: string;
}

const PARTS = ["modules", "prepared", "plugins"] as const;

/** Counts what lies in the cache. */
export async function cacheInfo({ values }: LoadedSettings): Promise<CacheInfo> {
  const folder = values.cacheDir;
  const [modules, prepared, plugins] = await Promise.all(
    PARTS.map(async (part) => sum(await filesIn(`${folder}/${part}`))),
  );
  return { folder, modules: modules!, prepared: prepared!, plugins: plugins! };
}

/**
 * Removes what lies in the cache. What other projects need is fetched again when they next run.
 *
 * @param options `all`: also the sources that the lock of this project names, without which it needs the network.
 * @throws {NuvomError} `NUVOM_LOCK_…`: without a lock that can be read, only `all` is possible.
 */
export async function cacheClean(
  { values }: LoadedSettings,
  { all = false }: { readonly all?: boolean } = {},
): Promise<CacheCleanReport> {
  const folder = values.cacheDir;
  const lock = all ? EMPTY_LOCK : readLock(lockPath(values.manifestPath));
  const needed = new Set(Object.values(lock.code.modules).map(({ sha256 }) => sha256));
  const removed: StoredFile[] = [];
  for (const part of PARTS) {
    for (const file of await filesIn(`${folder}/${part}`)) {
      if (part === "modules" && needed.has(file.path.split("/").slice(-2).join(""))) continue;
      await Deno.remove(file.path);
      removed.push(file);
    }
  }
  return { folder, ...sum(removed) };
}

/**
 * Removes what processes that were killed while they wrote have left half-written. A write takes no minutes, so what is
 * older belongs to nobody; what can't be looked at or removed stays.
 */
export async function removeTorn(cacheDir: string, now: number): Promise<void> {
  try {
    for (const part of PARTS) {
      for await (const path of pathsIn(`${cacheDir}/${part}`)) {
        if (TORN.test(path) && await isOlder(path, now - TORN_MS)) await Deno.remove(path);
      }
    }
  } catch { /* it is tidied up another time */ }
}

/** As `writeStored` of the loader names what it has not finished. */
const TORN = /\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;
const TORN_MS = 10 * 60 * 1_000;

async function isOlder(path: string, than: number): Promise<boolean> {
  return ((await Deno.lstat(path)).mtime?.getTime() ?? Infinity) < than;
}

interface StoredFile {
  readonly path: string;
  readonly bytes: number;
}

/** Links are counted and removed, and not followed. */
async function filesIn(folder: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const path of pathsIn(folder)) files.push({ path, bytes: (await Deno.lstat(path)).size });
  return files;
}

/** Of everything that is no folder. */
async function* pathsIn(folder: string): AsyncIterable<string> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) yield* pathsIn(`${folder}/${name}`);
      else yield `${folder}/${name}`;
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function sum(files: readonly StoredFile[]): CachePart {
  return { files: files.length, bytes: files.reduce((total, { bytes }) => total + bytes, 0) };
}
