/** What was thrown and where, for messages. @module */

import { fromFileUrl } from "@std/path";
import { pathInManifest, toFileUrl } from "./paths.ts";

/**
 * The topmost place of a mapped stack trace that lies in foreign code: `./plugins/x.ts:12:3`, `nuvom:prometheus:40:7`.
 *
 * @param folder Of the manifest.
 * @returns null when no line of the stack does.
 */
export function topPlace(stack: string, folder: string): string | null {
  const root = `${toFileUrl(folder).replace(/\/$/, "")}/`;
  for (const [, url, position] of stack.matchAll(/((?:file:\/\/\/|https?:\/\/|nuvom:)[^\s()]+?)(:\d+:\d+)/g)) {
    if (!url!.startsWith("file:")) return `${url}${position}`;
    if (url!.startsWith(root)) return `${pathInManifest(fromFileUrl(url!), folder)}${position}`;
  }
  return null;
}

/** A thrown message and its place, as the rest of a sentence. */
export function because(thrown: Error, place: string | null): string {
  return `${thrown.message.trim().replace(/\.$/, "")}${place === null ? "" : ` (${place})`}`;
}
