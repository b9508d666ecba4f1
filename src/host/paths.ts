/** Paths relative to the manifest. Whether links lead out of its folder is for the one who opens a file to check. @module */

import { fromFileUrl, relative, resolve, toFileUrl as fileUrlOf } from "@std/path";

/** The `file:` URL of an absolute path. */
export function toFileUrl(path: string): string {
  return fileUrlOf(path).href;
}

/** An absolute path without `.` and `..`, from one that may be relative to `folder`. */
export function absolutePath(path: string, folder: string): string {
  return resolve(folder, path);
}

/** Whether a path is `folder` or lies in it. Both are absolute. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** `./data` for what lies in `folder`; other paths stay absolute. */
export function pathInManifest(path: string, folder: string): string {
  if (!isInside(path, folder)) return path;
  return path === folder ? "." : `./${relative(folder, path)}`;
}

/** A module as the lock names it: a file by its path, so that the lock means the same in every checkout. */
export function moduleInManifest(module: string, folder: string): string {
  return module.startsWith("file:") ? pathInManifest(fromFileUrl(module), folder) : module;
}
