/** Private temporary folders. What a killed process leaves behind is removed by the next one. @module */

import { dirname } from "@std/path";

const PREFIX = "nuvom-run-";
/** Held, as a file lock, as long as the process lives: the system lets go of it however that ends. */
const LOCK = "lock";
/** A younger folder may not be locked yet. */
const MIN_AGE_MS = 60_000;

let swept: Promise<void> | undefined;

/** A folder that only this user may enter (0700). */
export class PrivateFolder {
  /** Absolute real path without a slash at the end. */
  readonly path: string;
  readonly #lock: Deno.FsFile;
  #gone = false;

  private constructor(path: string, lock: Deno.FsFile) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes a folder; the first one of a process also removes those of processes that are gone. */
  static async make(): Promise<PrivateFolder> {
    const path = await Deno.realPath(await Deno.makeTempDir({ prefix: PREFIX }));
    const lock = await Deno.open(`${path}/${LOCK}`, { write: true, createNew: true, mode: 0o600 });
    await lock.lock(true);
    swept ??= sweep(dirname(path));
    await swept;
    return new PrivateFolder(path, lock);
  }

  /** Removes it with all that is in it. May be called twice. */
  async remove(): Promise<void> {
    if (this.#gone) return;
    this.#gone = true;
    await removeFolder(this.path);
    this.#lock.close();
  }
}

async function sweep(parent: string): Promise<void> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(parent)) if (name.startsWith(PREFIX)) names.push(name);
  // Whatever goes wrong here is no business of the command that is waiting.
  await Promise.allSettled(names.map((name) => sweepOne(`${parent}/${name}`)));
}

async function sweepOne(path: string): Promise<void> {
  const { mtime, uid, isDirectory } = await Deno.lstat(path);
  // What another user has put here may be a trap.
  if (!isDirectory || uid !== Deno.uid()) return;
  if (mtime === null || Date.now() - mtime.getTime() < MIN_AGE_MS) return;
  // A process may have been killed before it made the lock.
  using lock = await Deno.open(`${path}/${LOCK}`, { write: true, create: true });
  if (await lock.tryLock(true)) await removeFolder(path);
}

async function removeFolder(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
