/** The tables, and how an older database becomes a newer one. @module */

import type { DatabaseSync } from "node:sqlite";
import { foreignDatabase, newerSchema } from "../errors.ts";
import { ENQUEUE_VIEW } from "./enqueue_view.ts";

/**
 * States as numbers. `RETRYING` is shown as `SCHEDULED`; it is told apart so that the jobs that a drain waits for can be
 * counted without reading those that are meant for later.
 */
export const STATE = {
  pending: 0,
  scheduled: 1,
  running: 2,
  success: 3,
  failed: 4,
  cancelled: 5,
  retrying: 6,
} as const;

/**
 * One row a job for its whole life, updated in place: ids ascend, so every index but the small ones of live jobs grows
 * at its end. Each index that a job moves through costs every lease and settle, so there are few, and what a batch has
 * in common is written once. A lease is a row for all jobs that were leased together: renewing a hundred is one update.
 * `token` is the lease under which a job was handed out, `lease` the one that says until when: they differ once a part
 * of a batch was renewed. `endings` is the history: a row for all jobs that ended in one transaction, `seqs` is a JSON
 * list of them. Partial indexes hold live jobs only, so that neither finished nor future jobs slow a lease down;
 * `jobs_ready` ends with what `stats` asks for, and scheduled jobs are counted by queue in an index of their own.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    task TEXT NOT NULL,
    args TEXT NOT NULL,
    queue TEXT NOT NULL,
    priority INTEGER NOT NULL,
    state INTEGER NOT NULL,
    run_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    delay_ms INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    retry_delay_ms INTEGER NOT NULL,
    timeout_ms INTEGER NOT NULL,
    timeout_policy TEXT NOT NULL,
    store_result INTEGER NOT NULL,
    unique_key TEXT,
    unique_for_ms INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0,
    token INTEGER,
    lease INTEGER,
    cancel INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER,
    finished_at INTEGER,
    worker TEXT,
    result TEXT,
    error TEXT,
    errors TEXT
  ) STRICT;
  CREATE INDEX jobs_ready ON jobs (queue, priority DESC, seq, run_at) WHERE state = 0;
  CREATE INDEX jobs_scheduled ON jobs (run_at, queue) WHERE state = 1;
  CREATE INDEX jobs_scheduled_by_queue ON jobs (queue, run_at) WHERE state = 1;
  CREATE INDEX jobs_retrying ON jobs (run_at, queue) WHERE state = 6;
  CREATE INDEX jobs_running ON jobs (lease) WHERE state = 2;
  CREATE TABLE leases (id INTEGER PRIMARY KEY AUTOINCREMENT, until INTEGER NOT NULL, worker TEXT NOT NULL) STRICT;
  CREATE INDEX leases_until ON leases (until);
  CREATE TABLE endings (at INTEGER NOT NULL, state INTEGER NOT NULL, seqs TEXT NOT NULL) STRICT;
  CREATE INDEX endings_at ON endings (at);
  CREATE TABLE paused_queues (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TABLE unique_keys (key TEXT PRIMARY KEY, id TEXT NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // What running jobs told of themselves; unique keys that are held though their job was pruned (`orphan`); the ends of one
  // state, the earliest first, whatever number of others there is.
  `
  CREATE TABLE traces (id TEXT PRIMARY KEY, trace TEXT NOT NULL) STRICT, WITHOUT ROWID;
  ALTER TABLE unique_keys ADD COLUMN orphan INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX unique_keys_orphans ON unique_keys (until) WHERE orphan = 1;
  CREATE INDEX endings_of_state ON endings (state, at);
  `,
  ENQUEUE_VIEW,
  // A drain of some queues asks whether any of their jobs waits for a retry, whatever number of others does.
  "CREATE INDEX jobs_retrying_by_queue ON jobs (queue, run_at) WHERE state = 6;",
];

/** Says in the file's header whose database it is: "nuvo". */
const APPLICATION_ID = 0x6e75766f;

/**
 * Brings the schema up to date in one transaction; of two processes that try at once, the second finds it done.
 * @throws {NuvomError} `NUVOM_SQLITE_NEWER`, `NUVOM_SQLITE_FOREIGN`; nothing was changed then.
 */
export function migrate(db: DatabaseSync, path: string): void {
  if (versionNow(db, path) === MIGRATIONS.length) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const migration of MIGRATIONS.slice(checkedVersion(db, path))) db.exec(migration);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** All of it at one moment: another process may be making the tables just now. */
function versionNow(db: DatabaseSync, path: string): number {
  db.exec("BEGIN");
  try {
    return checkedVersion(db, path);
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

function checkedVersion(db: DatabaseSync, path: string): number {
  const number = (pragma: string) => db.prepare(`SELECT ${pragma} AS n FROM pragma_${pragma}`).get()!.n as number;
  if (number("application_id") !== APPLICATION_ID) {
    const table = db.prepare("SELECT name FROM sqlite_schema LIMIT 1").get() as { name: string } | undefined;
    if (table !== undefined) throw foreignDatabase(path, table.name);
  }
  const version = number("user_version");
  if (version > MIGRATIONS.length) throw newerSchema(path, version, MIGRATIONS.length);
  return version;
}
