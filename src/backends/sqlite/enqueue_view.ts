/**
 * The door for SQL: other programs insert jobs into a view, inside of their own transactions. Its columns and their defaults
 * are promised (docs/sqlite.md); the tables behind it are not.
 * @module
 */

import { MAX_PAYLOAD } from "../../core/mod.ts";

/** Milliseconds since the epoch, in words that older versions of SQLite know. */
const NOW = "CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)";

/** What is no value for a column, and what is said of it. */
const CHECKS: readonly (readonly [wrong: string, says: string])[] = [
  ["NEW.task IS NULL OR typeof(NEW.task) <> 'text' OR NEW.task = ''", "task must be the name of a task"],
  [
    "NEW.args IS NOT NULL AND (typeof(NEW.args) <> 'text' OR NOT json_valid(NEW.args) OR json_type(NEW.args) <> 'array')",
    "args must be the JSON text of an array",
  ],
  [`length(NEW.args) > ${MAX_PAYLOAD}`, `args must have at most ${MAX_PAYLOAD} characters`],
  [
    "NEW.id IS NOT NULL AND (typeof(NEW.id) <> 'text' OR length(NEW.id) NOT BETWEEN 1 AND 200)",
    "id must be a text of 1 to 200 characters",
  ],
  ["EXISTS (SELECT 1 FROM jobs WHERE id = NEW.id)", "there is a job with this id already"],
  [
    "NEW.queue IS NOT NULL AND (typeof(NEW.queue) <> 'text' OR NEW.queue = '' OR NEW.queue GLOB '*[^A-Za-z0-9_.:-]*')",
    "queue must be a name of letters, digits, _, -, . and :",
  ],
  [number("priority", -1000, 1000), "priority must be a whole number from -1000 to 1000"],
  [number("delay_ms", 0), "delay_ms must be a whole number, 0 or more"],
  [number("max_attempts", 1), "max_attempts must be a whole number, 1 or more"],
  [number("retry_delay_ms", 0), "retry_delay_ms must be a whole number, 0 or more"],
  [number("timeout_ms", 0), "timeout_ms must be a whole number, 0 or more"],
  [
    "NEW.timeout_policy IS NOT NULL AND NEW.timeout_policy NOT IN ('retry', 'fail', 'ignore')",
    "timeout_policy must be retry, fail or ignore",
  ],
  [number("store_result", 0, 1), "store_result must be 0 or 1"],
  [
    "NEW.unique_key IS NOT NULL AND (typeof(NEW.unique_key) <> 'text' OR NEW.unique_key = '')",
    "unique_key must be a text that is not empty",
  ],
  [number("unique_for_ms", 0), "unique_for_ms must be a whole number, 0 or more"],
];

/** Where a number is none, or out of its range. The largest is ten thousand years. */
function number(column: string, min: number, max = 315_360_000_000_000): string {
  return `NEW.${column} IS NOT NULL AND (typeof(NEW.${column}) <> 'integer' OR NEW.${column} NOT BETWEEN ${min} AND ${max})`;
}

/** Makes the view and what an INSERT into it does. A unique key that is held makes it do nothing. */
export const ENQUEUE_VIEW = `
  CREATE VIEW nuvom_jobs AS SELECT id, task, args, queue, priority, delay_ms, max_attempts, retry_delay_ms, timeout_ms,
    timeout_policy, store_result, unique_key, unique_for_ms,
    CASE state WHEN 0 THEN 'PENDING' WHEN 2 THEN 'RUNNING' WHEN 3 THEN 'SUCCESS' WHEN 4 THEN 'FAILED' WHEN 5 THEN 'CANCELLED'
      ELSE 'SCHEDULED' END AS state,
    attempts, result, error, created_at, run_at, started_at, finished_at FROM jobs;
  CREATE TRIGGER nuvom_jobs_insert INSTEAD OF INSERT ON nuvom_jobs BEGIN
    ${CHECKS.map(([wrong, says]) => `SELECT RAISE(ABORT, 'nuvom: ${says}') WHERE ${wrong};`).join("\n    ")}
    SELECT RAISE(IGNORE) FROM unique_keys LEFT JOIN jobs ON jobs.id = unique_keys.id WHERE key = NEW.unique_key
      AND (until > ${NOW} OR (jobs.id IS NOT NULL AND jobs.finished_at IS NULL));
    INSERT INTO jobs (id, task, args, queue, priority, state, run_at, created_at, delay_ms, max_attempts, retry_delay_ms,
      timeout_ms, timeout_policy, store_result, unique_key, unique_for_ms)
    VALUES (ifnull(NEW.id, printf('%012x', ${NOW}) || lower(hex(randomblob(10)))), NEW.task, ifnull(NEW.args, '[]'),
      ifnull(NEW.queue, 'default'), ifnull(NEW.priority, 0), ifnull(NEW.delay_ms, 0) > 0, ${NOW} + ifnull(NEW.delay_ms, 0),
      ${NOW}, ifnull(NEW.delay_ms, 0), ifnull(NEW.max_attempts, 1), ifnull(NEW.retry_delay_ms, 5000),
      ifnull(NEW.timeout_ms, 60000), ifnull(NEW.timeout_policy, 'retry'), ifnull(NEW.store_result, 1), NEW.unique_key,
      ifnull(NEW.unique_for_ms, 0));
    INSERT INTO unique_keys (key, id, until) SELECT unique_key, id, created_at + unique_for_ms FROM jobs
      WHERE seq = last_insert_rowid() AND unique_key IS NOT NULL
      ON CONFLICT (key) DO UPDATE SET id = excluded.id, until = excluded.until, orphan = 0;
  END;
`;
