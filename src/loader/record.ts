/** What a cache remembers of a graph: enough to know, without parsing, whether anything has changed. @module */

import type { ModuleGraph } from "./graph.ts";
import { sha256 } from "./read.ts";

/** Files and hashes of a graph, as JSON. */
export interface GraphRecord {
  readonly entries: readonly string[];
  readonly files: readonly { readonly url: string; readonly sha256: string; readonly bytes: number }[];
  readonly digest: string;
}

/** What to remember. */
export function graphRecord(graph: ModuleGraph): GraphRecord {
  const files = [...graph.modules.values()].map(({ url, sha256, bytes }) => ({ url, sha256, bytes }));
  return { entries: graph.entries, files, digest: graph.digest };
}

/** Whether every file still has its hash. Embedded modules (`nuvom:`) are asked for by `embedded`. */
export async function recordIsFresh(
  record: GraphRecord,
  embedded?: (name: string) => Promise<string>,
): Promise<boolean> {
  for (const { url, sha256: hash } of record.files) {
    const bytes = await readAgain(url, embedded);
    if (bytes === null || await sha256(bytes) !== hash) return false;
  }
  return true;
}

async function readAgain(url: string, embedded?: (name: string) => Promise<string>): Promise<Uint8Array | null> {
  try {
    if (url.startsWith("nuvom:")) return new TextEncoder().encode(await embedded!(url.slice("nuvom:".length)));
    return await Deno.readFile(new URL(url));
  } catch {
    return null;
  }
}
