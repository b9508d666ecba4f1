/** Finds the modules that `[tasks] modules` names. @module */

import { globToRegExp } from "@std/path";
import type { Manifest, TaskPattern } from "./manifest.ts";
import { badTaskModule } from "./manifest_errors.ts";
import { absolutePath, isInside, toFileUrl } from "./paths.ts";
import { resolveTaskPattern } from "./task_pattern.ts";

/** What one item of `[tasks] modules` names. */
export interface TaskMatch {
  readonly pattern: TaskPattern;
  /** Absolute, sorted; empty when a pattern matches nothing, or is a URL. */
  readonly files: readonly string[];
  /** Of a module that is no file. */
  readonly url?: string;
}

/**
 * The task modules of a project: absolute paths, sorted, each once. A pattern that matches nothing is no error.
 * @throws {NuvomError} `NUVOM_MANIFEST_TASK_MODULE` for a path that is no file.
 */
export async function findTaskModules(manifest: Manifest): Promise<string[]> {
  const matches = await matchTaskModules(manifest);
  return [...new Set(matches.flatMap(({ files }) => files))].sort();
}

/** Files and URLs of `[tasks] modules` as URLs: the files first, each part sorted, each once. */
export async function findTaskUrls(manifest: Manifest): Promise<string[]> {
  const matches = await matchTaskModules(manifest);
  const files = new Set(matches.flatMap(({ files }) => files));
  const urls = new Set(matches.flatMap(({ url }) => url ?? []));
  return [...[...files].sort().map(toFileUrl), ...[...urls].sort()];
}

/** The same by pattern, for those who want to warn of one that matches nothing. */
export async function matchTaskModules({ folder, tasks }: Manifest): Promise<TaskMatch[]> {
  return await Promise.all(tasks.modules.map(async (pattern) => {
    const resolved = resolveTaskPattern(pattern, folder);
    if (resolved.kind === "url") return { pattern, files: [], url: resolved.url };
    const { kind, path } = resolved;
    const files = kind === "glob" ? await matchGlob(folder, path, pattern) : [await plainFile(folder, path, pattern)];
    return { pattern, files };
  }));
}

async function plainFile(folder: string, path: string, pattern: TaskPattern): Promise<string> {
  const { text, place } = pattern;
  const file = absolutePath(path, folder);
  const info = await Deno.stat(file).catch(() => null);
  if (info === null) throw badTaskModule(place, text, "does not exist", "Check the path and its ending.");
  await refuseLinkOut(file, folder, pattern);
  if (info.isFile) return file;
  const mend = `To take all that is in it, write "${text.replace(/\/$/, "")}/**/*.ts".`;
  throw badTaskModule(place, text, info.isDirectory ? "is a folder" : "is no file", mend);
}

async function matchGlob(folder: string, path: string, pattern: TaskPattern): Promise<string[]> {
  const start = literalStart(path);
  await refuseLinkOut(absolutePath(start, folder), folder, pattern);
  const expression = globToRegExp(path);
  const found: string[] = [];
  for await (const file of modulesIn(folder, start)) {
    if (expression.test(file)) found.push(absolutePath(file, folder));
  }
  return found.sort();
}

/** The folder before the first star: nothing outside of it can match. */
function literalStart(glob: string): string {
  const segments = glob.split("/");
  const first = segments.findIndex((segment) => /[*?[{(\\]/.test(segment));
  return segments.slice(0, first).join("/");
}

async function refuseLinkOut(path: string, folder: string, { text, place }: TaskPattern): Promise<void> {
  const real = await Deno.realPath(path).catch(() => null);
  if (real === null || isInside(real, await Deno.realPath(folder))) return;
  const mend = "Foreign code must lie in the folder of the manifest; copy it there.";
  throw badTaskModule(place, text, `leads out of ${folder} by a link`, mend);
}

/** Modules in a folder and the folders in it, relative to `root`. Links are not followed: they may lead out, or round. */
async function* modulesIn(root: string, folder: string): AsyncGenerator<string> {
  for (const { name, isDirectory, isFile } of await entriesOf(absolutePath(folder, root))) {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory && !name.startsWith(".") && name !== "node_modules") yield* modulesIn(root, path);
    if (isFile && isModule(name)) yield path;
  }
}

function isModule(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name) && !/(\.d\.[cm]?ts|[._]test\.[cm]?[jt]s)$/.test(name) && !name.startsWith(".");
}

async function entriesOf(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
