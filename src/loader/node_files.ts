/** Which file a path without an ending, or a folder, stands for, as Node's `require` defines it. @module */

import { resolve } from "@std/path";
import type { ProjectFiles } from "./project_files.ts";

/** In the order of preference; a `.node` file is found so that it can be refused by name. */
const ENDINGS = [".js", ".json", ".node"];

/** The file that an absolute path means: as it is, with an ending, or the main module of a folder. Null: none. */
export async function fileOrFolder(
  path: string,
  files: ProjectFiles,
  chain: readonly string[],
): Promise<string | null> {
  const file = path.endsWith("/") ? null : await fileOf(path, files);
  return file ?? await mainOf(resolve(path), files, chain);
}

/**
 * The main module of a folder: `main` of its package.json, `index`, and last `module`, which Node does not know and
 * packages made for bundlers have alone.
 */
export async function mainOf(folder: string, files: ProjectFiles, chain: readonly string[]): Promise<string | null> {
  if (await files.kind(folder) !== "folder") return null;
  const json = await files.packageJson(folder, chain);
  for (const name of [json?.main, ".", json?.module]) {
    if (typeof name !== "string" || name === "") continue;
    const path = resolve(folder, name);
    const file = (name === "." ? null : await fileOf(path, files)) ?? await withEnding(`${path}/index`, files);
    if (file !== null) return file;
  }
  return null;
}

async function fileOf(path: string, files: ProjectFiles): Promise<string | null> {
  return await files.kind(path) === "file" ? path : await withEnding(path, files);
}

async function withEnding(path: string, files: ProjectFiles): Promise<string | null> {
  for (const ending of ENDINGS) {
    if (await files.kind(path + ending) === "file") return path + ending;
  }
  return null;
}
