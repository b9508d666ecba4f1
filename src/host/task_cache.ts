/** What discovery found, kept in `.nuvom/manifest.json` with the hashes of the files that it was found in. @module */

import type { BackoffPolicy, TimeoutPolicy } from "../core/mod.ts";
import { type GraphRecord, isRemote, recordIsFresh } from "../loader/mod.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import { boolean, count, list, name, nullable, number, object, oneOf, optional, type Shape, text } from "./shape.ts";
import { writeAtomically } from "./write_atomically.ts";

/** Changes when what is kept changes its meaning. */
const VERSION = "1";
const TIMEOUT_POLICIES: readonly TimeoutPolicy[] = ["retry", "fail", "ignore"];

interface Kept {
  readonly version: string;
  readonly record: GraphRecord;
  readonly tasks: readonly DiscoveredTask[];
}

const BACKOFFS = ["exponential", "fixed", "function"] as const;

const backoff: Shape<BackoffPolicy> = (value, at) => {
  const common = object<Pick<BackoffPolicy, "jitter" | "capMs">>({ jitter: number, capMs: nullable(number) })(
    value,
    at,
  );
  const { kind } = object<{ kind: string }>({ kind: text })(value, at);
  if (kind !== "list") return { ...common, kind: oneOf(BACKOFFS)(kind, `${at}.kind`) };
  return { ...common, kind, ...object<{ delaysMs: number[] }>({ delaysMs: list(number) })(value, at) };
};

/** What a guest says of the tasks in its modules. */
export const discoveredTasks: Shape<DiscoveredTask[]> = list(object<DiscoveredTask>({
  name,
  retries: count,
  retryDelayMs: nullable(number),
  backoff: optional(backoff),
  timeoutMs: nullable(number),
  timeoutPolicy: nullable(oneOf(TIMEOUT_POLICIES)),
  queue: name,
  priority: number,
  storeResult: boolean,
  source: text,
  exportName: text,
}));

const kept: Shape<Kept> = object<Kept>({
  version: oneOf([VERSION]),
  record: object<GraphRecord>({
    entries: list(text),
    files: list(object({ url: text, sha256: text, bytes: count })),
    inputs: list(object({ path: text, sha256: nullable(text) })),
    digest: text,
  }),
  tasks: discoveredTasks,
});

/**
 * The tasks of the last discovery in exactly these modules; null when any file has changed since, or the cache is missing,
 * torn or of another version.
 *
 * @param modules URLs.
 */
export async function cachedTasks(
  path: string,
  modules: readonly string[],
  isFresh: (record: GraphRecord) => Promise<boolean> = (record) => recordIsFresh(record),
): Promise<readonly DiscoveredTask[] | null> {
  try {
    const { record, tasks } = kept(JSON.parse(await Deno.readTextFile(path)), "");
    return isAbout(record, modules) && await isFresh(record) ? tasks : null;
  } catch {
    return null;
  }
}

/** A folder that can't be written is no reason to fail: the next command discovers again. */
export async function keepTasks(path: string, record: GraphRecord, tasks: readonly DiscoveredTask[]): Promise<void> {
  const cache: Kept = { version: VERSION, record, tasks };
  await writeAtomically(path, JSON.stringify(cache, null, 2)).catch(() => {});
}

function isAbout({ entries, files }: GraphRecord, modules: readonly string[]): boolean {
  const hashed = new Set(files.map(({ url }) => url));
  return entries.length === modules.length &&
    modules.every((url, i) => url === entries[i] && (hashed.has(url) || isRemote(url)));
}
