/** The tables, and why they are as they are. @module */

/**
 * States as numbers. `retrying` is shown as `SCHEDULED`; it is told apart so that the jobs that a drain waits for can be
 * found without reading those that are meant for later.
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
 * A job is a row of `jobs` for its whole life and, until it has ended, a short row of `live`. All that changes on its way
 * changes in `live`; its row in `jobs`, which may be long, is written twice: when it comes and when it ends. No index
 * has what that second write changes, and pages are left half empty, so it stays in the page and touches no index.
 * `endings` is the history: a row for all jobs that ended in one transaction with the same state. Times are milliseconds
 * since the epoch by the server's clock.
 *
 * @param s The schema, quoted.
 */
export const tables = (s: string): string => `
  CREATE TABLE ${s}.jobs (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    task text NOT NULL,
    args text NOT NULL,
    queue text NOT NULL,
    priority integer NOT NULL,
    created_at bigint NOT NULL,
    delay_ms bigint NOT NULL,
    max_attempts bigint NOT NULL,
    retry_delay_ms bigint NOT NULL,
    timeout_ms bigint NOT NULL,
    timeout_policy text NOT NULL,
    store_result boolean NOT NULL,
    unique_key text,
    unique_for_ms bigint NOT NULL,
    state smallint NOT NULL DEFAULT ${STATE.pending},
    run_at bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    losses integer NOT NULL DEFAULT 0,
    started_at bigint,
    finished_at bigint,
    worker text,
    result text,
    error text,
    errors text[]
  ) WITH (fillfactor = 50);

  CREATE TABLE ${s}.live (
    seq bigint PRIMARY KEY,
    queue text COLLATE "C" NOT NULL,
    priority integer NOT NULL,
    state smallint NOT NULL,
    run_at bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    losses integer NOT NULL DEFAULT 0,
    cancel boolean NOT NULL DEFAULT false,
    token bigint,
    until bigint,
    started_at bigint,
    worker text
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0,
    vacuum_truncate = false);
  CREATE INDEX live_ready ON ${s}.live (queue, priority DESC, seq) WHERE state = ${STATE.pending};
  CREATE INDEX live_scheduled ON ${s}.live (run_at) WHERE state = ${STATE.scheduled};
  CREATE INDEX live_retrying ON ${s}.live (run_at) WHERE state = ${STATE.retrying};
  CREATE INDEX live_running ON ${s}.live (until) WHERE state = ${STATE.running};

  CREATE TABLE ${s}.endings (at bigint NOT NULL, state smallint NOT NULL, count integer NOT NULL, seqs bigint[] NOT NULL);
  CREATE INDEX endings_at ON ${s}.endings (at);
  CREATE INDEX endings_of_state ON ${s}.endings (state, at);

  CREATE TABLE ${s}.paused_queues (name text COLLATE "C" PRIMARY KEY);

  CREATE TABLE ${s}.unique_keys (
    key text COLLATE "C" PRIMARY KEY,
    seq bigint,
    id text,
    until bigint NOT NULL DEFAULT 0,
    orphan boolean NOT NULL DEFAULT true
  );
  CREATE INDEX unique_keys_orphans ON ${s}.unique_keys (until) WHERE orphan;

  CREATE TABLE ${s}.traces (seq bigint PRIMARY KEY, trace text NOT NULL);
`;

/** What an unbroken schema holds. */
export const TABLES: readonly string[] = ["jobs", "live", "endings", "paused_queues", "unique_keys", "traces"];
