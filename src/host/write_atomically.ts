/** Writes a file so that nobody ever reads half of it. @module */

import { dirname } from "@std/path";

/**
 * By way of a temporary file in the same folder, which is made when it is missing.
 * @param mode By default only this user may read the file.
 */
export async function writeAtomically(path: string, text: string, mode = 0o600): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    await writeAndSync(temporary, text, mode);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

async function writeAndSync(path: string, text: string, mode: number): Promise<void> {
  await Deno.writeTextFile(path, text, { createNew: true, mode });
  using file = await Deno.open(path, { write: true });
  await file.sync();
}
