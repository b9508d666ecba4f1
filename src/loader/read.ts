/** Reads files inside a root folder, and nothing else. @module */

import { createHash } from "node:crypto";
import { moduleNotFound, outsideRoot, tooLarge, unreadable } from "./errors.ts";

/** Largest module that the store keeps, in bytes; what is fetched at most is a setting below that. */
export const MAX_STORED_BYTES = 64 * 1024 * 1024;
/** Largest file of the project; compilers and other giants come as one file of 10 MB. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a file whose real path lies inside `realRoot` (itself a real path).
 * @throws {NuvomError} `NUVOM_LOADER_NOT_FOUND`, `NUVOM_LOADER_OUTSIDE_ROOT`, `NUVOM_LOADER_TOO_LARGE`, `NUVOM_LOADER_READ`
 */
export async function readInside(url: string, realRoot: string, chain: readonly string[]): Promise<Uint8Array> {
  try {
    const real = await Deno.realPath(new URL(url));
    if (!isInside(real, realRoot)) throw outsideRoot(url, realRoot, chain);
    const { size, isFile } = await Deno.stat(real);
    if (!isFile) throw moduleNotFound(url, chain);
    if (size > MAX_FILE_BYTES) throw tooLarge(url, `${size} bytes, at most ${MAX_FILE_BYTES}`);
    return await Deno.readFile(real);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw moduleNotFound(url, chain);
    }
    throw error instanceof Error && "code" in error && String(error.code).startsWith("NUVOM_")
      ? error
      : unreadable(url, chain, error);
  }
}

/** Whether a path is a folder or lies in it; both absolute and real. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

/** SHA-256 as 64 hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  // Not crypto.subtle: a hop to another thread costs more than the hash of a module.
  return createHash("sha256").update(bytes).digest("hex");
}
