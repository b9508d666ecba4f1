/** Modules as commands show them. @module */

import { fromFileUrl, relative } from "@std/path";

/** A `file:` URL as a path, relative to `folder` where it lies in it; other URLs as they are. */
export function shownFile(url: string, folder: string | null): string {
  if (!url.startsWith("file://")) return url;
  const path = fromFileUrl(url);
  return folder !== null && path.startsWith(`${folder}/`) ? relative(folder, path) : path;
}
