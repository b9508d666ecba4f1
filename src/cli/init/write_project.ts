/** Writes a new project, or nothing. @module */

import { problem } from "../errors.ts";
import type { ProjectFile } from "./files.ts";

/** @throws {NuvomError} `NUVOM_INIT_EXISTS`, `NUVOM_INIT_WRITE` */
export async function writeProject(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const there = await Promise.all(files.map(async ({ path }) => await exists(`${folder}/${path}`) ? [path] : []));
  if (there.flat().length > 0) throw inTheWay(folder, there.flat());
  try {
    for (const { path, text } of files) {
      const target = `${folder}/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, text, { createNew: true });
    }
  } catch (error) {
    throw problem("NUVOM_INIT_WRITE", 1, `The project can't be written: ${reason(error)}.`, "Take another folder.");
  }
}

/** Also a link that leads nowhere is in the way; below a file there is nothing. */
async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

function inTheWay(folder: string, paths: readonly string[]): Error {
  const what = `${folder} has ${paths.join(", ")} already, so nothing was written.`;
  return problem(
    "NUVOM_INIT_EXISTS",
    1,
    what,
    "Move that away, or make the project in an empty folder: nuvom init DIR.",
  );
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
