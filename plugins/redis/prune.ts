/** Forgetting finished jobs. @module */

import type { PruneRequest } from "nuvom";
import type { Connection } from "./connection.ts";
import { letterOf } from "./records.ts";

/** So many jobs go with one script: others get their turn in between. */
const AT_ONCE = 250;

/** Forgets the earliest ended; answers how many. */
export async function pruneFinished(connection: Connection, keys: string, request: PruneRequest): Promise<number> {
  const { states, olderThanMs, keep, limit } = request;
  const letters = states.map(letterOf).join("");
  let pruned = 0;
  while (pruned < limit) {
    const most = Math.min(AT_ONCE, limit - pruned);
    const gone = Number(await connection.run("prune", keys, letters, olderThanMs ?? -1, keep ?? -1, most));
    pruned += gone;
    if (gone < most) break;
  }
  return pruned;
}
