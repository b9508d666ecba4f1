/** Who holds a unique key. @module */

import type { SqliteStore } from "./store.ts";

/** The id of the job that holds a key: it is unfinished, or holds it for a time. Null: the key is free. */
export function heldBy(store: SqliteStore, key: string, now: number): string | null {
  const sql = `SELECT unique_keys.id FROM unique_keys LEFT JOIN jobs ON jobs.id = unique_keys.id
    WHERE key = ? AND (until > ? OR (jobs.id IS NOT NULL AND jobs.finished_at IS NULL))`;
  return store.get<{ id: string }>(sql, key, now)?.id ?? null;
}

/** The job holds the key while it is unfinished, and until then in any case. */
export function holdKey(store: SqliteStore, key: string, id: string, until: number): void {
  store.run("INSERT OR REPLACE INTO unique_keys (key, id, until) VALUES (?, ?, ?)", key, id, until);
}
