/** Reads files inside a root folder, and nothing else. @module */

import { moduleNotFound, outsideRoot, tooLarge, unreadable } from "./errors.ts";

/** Largest module, in bytes. */
export const MAX_MODULE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file whose real path lies inside `realRoot` (itself a real path).
 * @throws {NuvomError} `NUVOM_LOADER_NOT_FOUND`, `NUVOM_LOADER_OUTSIDE_ROOT`, `NUVOM_LOADER_TOO_LARGE`, `NUVOM_LOADER_READ`
 */
export async function readInside(url: string, realRoot: string, chain: readonly string[]): Promise<Uint8Array> {
  try {
    const real = await Deno.realPath(new URL(url));
    if (real !== realRoot && !real.startsWith(realRoot === "/" ? "/" : `${realRoot}/`)) {
      throw outsideRoot(url, realRoot, chain);
    }
    const { size, isFile } = await Deno.stat(real);
    if (!isFile) throw moduleNotFound(url, chain);
    if (size > MAX_MODULE_BYTES) throw tooLarge(url, `${size} bytes, at most ${MAX_MODULE_BYTES}`);
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

/** SHA-256 as 64 hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
