/** What a cache remembers of a graph: enough to know, without parsing, whether anything has changed. @module */

import type { ModuleGraph } from "./graph.ts";
import { pathUrl } from "./project_files.ts";
import { sha256 } from "./read.ts";
import { isRemote } from "./remote.ts";

/** Files and hashes of a graph, as JSON. */
export interface GraphRecord {
  readonly entries: readonly string[];
  readonly files: readonly { readonly url: string; readonly sha256: string; readonly bytes: number }[];
  /** The files that say what imports mean; null: it was not there. */
  readonly inputs: readonly { readonly path: string; readonly sha256: string | null }[];
  readonly digest: string;
}

/** What to remember. */
export function graphRecord(graph: ModuleGraph): GraphRecord {
  const files = [...graph.modules.values()].map(({ url, sha256, bytes }) => ({ url, sha256, bytes }));
  const inputs = [...graph.inputs].map(([path, sha256]) => ({ path, sha256 }));
  return { entries: graph.entries, files, inputs, digest: graph.digest };
}

/**
 * Whether every file still has its hash.
 * @param embedded The text of `nuvom:NAME`.
 * @param locked The hash that the lock has for a module from a URL; such modules are not read.
 */
export async function recordIsFresh(
  record: GraphRecord,
  embedded?: (name: string) => Promise<string>,
  locked?: (url: string) => string | null,
): Promise<boolean> {
  for (const { url, sha256: hash } of record.files) {
    const now = isRemote(url) ? locked?.(url) ?? null : await hashNow(url, embedded);
    if (now !== hash) return false;
  }
  for (const { path, sha256: hash } of record.inputs) {
    if (await hashNow(pathUrl(path)) !== hash) return false;
  }
  return true;
}

async function hashNow(url: string, embedded?: (name: string) => Promise<string>): Promise<string | null> {
  try {
    if (url.startsWith("nuvom:")) return sha256(new TextEncoder().encode(await embedded!(url.slice("nuvom:".length))));
    return sha256(await Deno.readFile(new URL(url)));
  } catch {
    return null;
  }
}
