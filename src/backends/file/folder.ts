/** Files that are there whole or not at all. @module */

/**
 * Writes a file beside, waits for the disk, then renames it over the old one. That it has the name reaches the disk with
 * its folder. @param loosely Does not wait for the disk: a power cut may leave anything there.
 */
export function writeWhole(path: string, text: string, loosely = false): void {
  const temp = `${path}.tmp`;
  try {
    const file = Deno.openSync(temp, { write: true, create: true, truncate: true, mode: 0o600 });
    try {
      writeAll(file, text);
      if (!loosely) file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(temp, path);
  } catch (error) {
    removeIfThere(temp);
    throw error;
  }
}

/** Writes all of a text: a file may take a part at a time. */
export function writeAll(file: Deno.FsFile, text: string): void {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
}

/** Names of files reach the disk with their folder. */
export function syncFolder(path: string): void {
  const folder = Deno.openSync(path);
  try {
    folder.syncSync();
  } catch {
    // Not every system can.
  } finally {
    folder.close();
  }
}

/** Its text; null when there is none. */
export function textIfThere(path: string): string | null {
  return unlessMissing(() => Deno.readTextFileSync(path));
}

/** Removes a file that may be gone. */
export function removeIfThere(path: string): void {
  unlessMissing(() => Deno.removeSync(path));
}

function unlessMissing<T>(fn: () => T): T | null {
  try {
    return fn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
