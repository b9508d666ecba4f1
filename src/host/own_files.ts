/** What of nuvom foreign code may neither write nor read, whatever the manifest says. @module */

import { basename, dirname, resolve } from "@std/path";
import type { Settings } from "../settings/mod.ts";
import { isInside } from "./paths.ts";

/** Files and folders of one project that decide over permissions, or hold what others gave into nuvom's keeping. */
export interface OwnFiles {
  /** Neither written nor read: manifest, lock, `.env`, the state and the database. Absolute. */
  readonly closed: readonly string[];
  /** Not written: the cache of modules, the executable. Absolute. */
  readonly fixed: readonly string[];
  /** Not written as a whole, though folders in it may be: it holds the code of this and other runs. Absolute. */
  readonly runs: string;
}

/** Where all settings are known. */
export function ownFilesOf(settings: Settings): OwnFiles {
  const { manifestPath, sqlitePath, filePath, stateDir, cacheDir } = settings;
  return ownFiles(manifestPath, [sqlitePath, filePath, stateDir], cacheDir);
}

/** @param manifest Absolute path. @param state Of the settings: more that is closed. @param cache Of the settings. */
export function ownFiles(manifest: string, state: readonly string[] = [], cache?: string): OwnFiles {
  const folder = dirname(manifest);
  const lock = manifest.replace(/(\.toml)?$/, ".lock");
  return {
    closed: [manifest, lock, `${folder}/.env`, `${folder}/.nuvom`, ...state],
    fixed: [Deno.execPath(), ...(cache === undefined ? [] : [cache])],
    runs: Deno.env.get("TMPDIR") ?? "/tmp",
  };
}

/** The file of nuvom's own that a granted path holds, or lies in; by their real paths, so that no link hides it. */
export function overlapping(kind: "read" | "write", granted: string, own: OwnFiles): string | undefined {
  const { closed, fixed, runs } = own;
  const paths = [granted, realPathOf(granted)];
  const found = (kind === "write" ? [...closed, ...fixed] : closed).find((own) =>
    [own, realPathOf(own)].some((real) => paths.some((path) => isInside(real, path) || isInside(path, real)))
  );
  if (found !== undefined || kind === "read") return found;
  return paths.some((path) => isInside(runs, path) || isInside(realPathOf(runs), path)) ? runs : undefined;
}

/** The real path of what exists of it. */
function realPathOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(realPathOf(parent), basename(path));
  }
}
