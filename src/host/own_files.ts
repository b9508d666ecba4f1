/** What of nuvom foreign code may neither write nor read, whatever the manifest says. @module */

import { basename, dirname, resolve } from "@std/path";
import { isInside } from "./paths.ts";

/** Files and folders of one project that decide over permissions, or hold what others gave into nuvom's keeping. */
export interface OwnFiles {
  /** Neither written nor read: manifest, lock, `.env`, the state and the database. Absolute. */
  readonly closed: readonly string[];
  /** Not written: the cache of modules, the executable. Absolute. */
  readonly fixed: readonly string[];
}

/** @param manifest Absolute path. @param state Of the settings: more that is closed. @param cache Of the settings. */
export function ownFiles(manifest: string, state: readonly string[] = [], cache?: string): OwnFiles {
  const folder = dirname(manifest);
  const lock = manifest.replace(/(\.toml)?$/, ".lock");
  return {
    closed: [manifest, lock, `${folder}/.env`, `${folder}/.nuvom`, ...state],
    fixed: [Deno.execPath(), ...(cache === undefined ? [] : [cache])],
  };
}

/** The file of nuvom's own that a granted path holds, or lies in; by their real paths, so that no link hides it. */
export function overlapping(kind: "read" | "write", granted: string, { closed, fixed }: OwnFiles): string | undefined {
  const paths = [granted, realPathOf(granted)];
  return (kind === "write" ? [...closed, ...fixed] : closed).find((own) =>
    [own, realPathOf(own)].some((real) => paths.some((path) => isInside(real, path) || isInside(path, real)))
  );
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
