/**
 * Files of the caches: private, whole or not there, and never trusted for being there. Not asynchronous: they are small
 * and many, and the hops between threads would cost more than the reads and writes.
 * @module
 */

/**
 * Reads a plain file, following no link; null when it is missing, no file, too large, or can't be read.
 * @param limit Largest size in bytes.
 */
export function readStored(path: string, limit: number): Uint8Array | null {
  try {
    const { isFile, size } = Deno.lstatSync(path);
    return isFile && size <= limit ? Deno.readFileSync(path) : null;
  } catch {
    return null;
  }
}

/**
 * Writes a file of mode 0600 by renaming it into place; missing folders are made with mode 0700. It is not forced to
 * the disk: what a power cut tears fails its hash when it is read, and is fetched or made again.
 */
export function writeStored(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    writeNew(temporary, bytes);
    Deno.renameSync(temporary, path);
  } catch (error) {
    removeStored(temporary);
    throw error;
  }
}

/** Removes whatever lies there, if it can be removed. */
export function removeStored(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch { /* what can't be removed is not trusted either */ }
}

function writeNew(path: string, bytes: Uint8Array): void {
  const write = () => Deno.writeFileSync(path, bytes, { createNew: true, mode: 0o600 });
  try {
    write();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
    write();
  }
}
