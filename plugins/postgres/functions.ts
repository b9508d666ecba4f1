/** The doors for jobs: one for nuvom, and one for the SQL of other programs, which use it inside of their own transactions. @module */

import { STATE } from "./tables.ts";

/** Longest arguments, in characters. */
const MAX_PAYLOAD = 4 * 1024 * 1024;

/**
 * `add_jobs` takes batches: what the jobs of a batch have in common is said once, in arrays that `kinds` points into. It
 * answers only those that were not added: their places in the batch, and the id of the job that stands there instead.
 *
 * Without unique keys a batch is one statement. With some, keys are locked first, in one order, so that of several
 * clients that want the same key one gets it; the jobs are then added one by one. A row that is there is locked by an
 * update that changes nothing: with a statement of its own for that, it could be forgotten between the two.
 *
 * @param s The schema, quoted.
 * @param channel Where waiting workers listen, as an SQL text: `''` says that jobs are ready, `'later'` that some will be.
 */
export const functions = (s: string, channel: string): string => `
  CREATE FUNCTION ${s}.now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM pg_catalog.clock_timestamp()) * 1000)::bigint';

  CREATE FUNCTION ${s}.add_jobs(
    p_ids text[], p_args text[], p_kinds integer[], p_keys text[],
    p_tasks text[], p_queues text[], p_priorities integer[], p_delays bigint[], p_max_attempts bigint[],
    p_retry_delays bigint[], p_timeouts bigint[], p_policies text[], p_store_results boolean[], p_unique_fors bigint[]
  ) RETURNS TABLE (place integer, standing text) LANGUAGE plpgsql AS $add_jobs$
  #variable_conflict use_column
  DECLARE
    v_now bigint := ${s}.now_ms();
    v_added text[];
    v_holder text;
    v_seq bigint;
    v_kind integer;
  BEGIN
    IF p_keys IS NULL THEN
      WITH added AS (
        INSERT INTO ${s}.jobs (id, task, args, queue, priority, created_at, delay_ms, max_attempts, retry_delay_ms,
          timeout_ms, timeout_policy, store_result, unique_for_ms, run_at)
        SELECT j.id, p_tasks[j.kind], j.args, p_queues[j.kind], p_priorities[j.kind], v_now, p_delays[j.kind],
          p_max_attempts[j.kind], p_retry_delays[j.kind], p_timeouts[j.kind], p_policies[j.kind],
          p_store_results[j.kind], p_unique_fors[j.kind], v_now + p_delays[j.kind]
        FROM unnest(p_ids, p_args, p_kinds) AS j (id, args, kind)
        ON CONFLICT (id) DO NOTHING
        RETURNING seq, id, queue, priority, delay_ms, run_at
      ), waiting AS (
        INSERT INTO ${s}.live (seq, queue, priority, state, run_at)
        SELECT seq, queue, priority, CASE WHEN delay_ms > 0 THEN ${STATE.scheduled} ELSE ${STATE.pending} END, run_at FROM added
      )
      SELECT array_agg(id) INTO v_added FROM added;
      IF coalesce(cardinality(v_added), 0) < cardinality(p_ids) THEN
        RETURN QUERY SELECT twice.place::integer, twice.id FROM (
          SELECT u.place, u.id, row_number() OVER (PARTITION BY u.id ORDER BY u.place) AS turn
          FROM unnest(p_ids) WITH ORDINALITY AS u (id, place)
        ) AS twice WHERE twice.turn > 1 OR v_added IS NULL OR NOT twice.id = ANY (v_added);
      END IF;
    ELSE
      INSERT INTO ${s}.unique_keys AS k (key)
        SELECT DISTINCT wanted.key FROM unnest(p_keys) AS wanted (key) WHERE wanted.key IS NOT NULL ORDER BY 1
        ON CONFLICT (key) DO UPDATE SET orphan = k.orphan;
      FOR v_at IN 1 .. cardinality(p_ids) LOOP
        v_holder := NULL;
        v_kind := p_kinds[v_at];
        IF p_keys[v_at] IS NOT NULL THEN
          SELECT held.id INTO v_holder FROM ${s}.unique_keys AS held WHERE held.key = p_keys[v_at]
            AND (held.until > v_now OR EXISTS (SELECT FROM ${s}.live WHERE live.seq = held.seq));
        END IF;
        IF v_holder IS NULL THEN
          INSERT INTO ${s}.jobs (id, task, args, queue, priority, created_at, delay_ms, max_attempts, retry_delay_ms,
            timeout_ms, timeout_policy, store_result, unique_key, unique_for_ms, run_at)
          VALUES (p_ids[v_at], p_tasks[v_kind], p_args[v_at], p_queues[v_kind], p_priorities[v_kind], v_now, p_delays[v_kind],
            p_max_attempts[v_kind], p_retry_delays[v_kind], p_timeouts[v_kind], p_policies[v_kind],
            p_store_results[v_kind], p_keys[v_at], p_unique_fors[v_kind], v_now + p_delays[v_kind])
          ON CONFLICT (id) DO NOTHING RETURNING seq INTO v_seq;
          IF FOUND THEN
            INSERT INTO ${s}.live (seq, queue, priority, state, run_at) VALUES (v_seq, p_queues[v_kind], p_priorities[v_kind],
              CASE WHEN p_delays[v_kind] > 0 THEN ${STATE.scheduled} ELSE ${STATE.pending} END, v_now + p_delays[v_kind]);
            UPDATE ${s}.unique_keys SET seq = v_seq, id = p_ids[v_at], until = v_now + p_unique_fors[v_kind], orphan = false
              WHERE key = p_keys[v_at];
          ELSE
            v_holder := p_ids[v_at];
          END IF;
        END IF;
        IF v_holder IS NOT NULL THEN
          place := v_at;
          standing := v_holder;
          RETURN NEXT;
        END IF;
      END LOOP;
    END IF;
    IF 0 = ANY (p_delays) THEN PERFORM pg_catalog.pg_notify(${channel}, ''); END IF;
    IF 0 < ANY (p_delays) THEN PERFORM pg_catalog.pg_notify(${channel}, 'later'); END IF;
  END
  $add_jobs$;

  CREATE FUNCTION ${s}.enqueue(
    task text, args json DEFAULT '[]', queue text DEFAULT 'default', priority integer DEFAULT 0,
    delay interval DEFAULT '0', max_attempts integer DEFAULT 1, retry_delay interval DEFAULT '5 seconds',
    timeout interval DEFAULT '1 minute', timeout_policy text DEFAULT 'retry', store_result boolean DEFAULT true,
    unique_key text DEFAULT NULL, unique_for interval DEFAULT '0', id text DEFAULT NULL
  ) RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $enqueue$
  DECLARE
    v_id text := coalesce(id, lpad(to_hex(${s}.now_ms()), 12, '0')
      || substr(md5(random()::text || random()::text || clock_timestamp()::text), 1, 20));
    v_standing text;
    v_wrong text := CASE
      WHEN coalesce(task, '') = '' THEN 'task must be the name of a task'
      WHEN args IS NULL OR json_typeof(args) <> 'array' THEN 'args must be a JSON array'
      WHEN length(args::text) > ${MAX_PAYLOAD} THEN 'args must have at most ${MAX_PAYLOAD} characters'
      WHEN coalesce(queue, '') !~ '^[A-Za-z0-9_.:-]+$' THEN 'queue must be a name of letters, digits, _, -, . and :'
      WHEN coalesce(priority, 9999) NOT BETWEEN -1000 AND 1000 THEN 'priority must be a number from -1000 to 1000'
      WHEN coalesce(delay, '-1') < '0' THEN 'delay must be an interval of 0 or more'
      WHEN coalesce(max_attempts, 0) < 1 THEN 'max_attempts must be 1 or more'
      WHEN coalesce(retry_delay, '-1') < '0' THEN 'retry_delay must be an interval of 0 or more'
      WHEN coalesce(timeout, '-1') < '0' THEN 'timeout must be an interval of 0 or more'
      WHEN coalesce(timeout_policy, '') NOT IN ('retry', 'fail', 'ignore') THEN 'timeout_policy must be retry, fail or ignore'
      WHEN store_result IS NULL THEN 'store_result must be true or false'
      WHEN unique_key = '' THEN 'unique_key must not be empty'
      WHEN coalesce(unique_for, '-1') < '0' THEN 'unique_for must be an interval of 0 or more'
      WHEN length(v_id) NOT BETWEEN 1 AND 200 THEN 'id must have 1 to 200 characters'
    END;
  BEGIN
    IF v_wrong IS NOT NULL THEN
      RAISE EXCEPTION 'nuvom: %', v_wrong USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT a.standing INTO v_standing FROM ${s}.add_jobs(
      ARRAY[v_id], ARRAY[args::text], ARRAY[1], CASE WHEN unique_key IS NOT NULL THEN ARRAY[unique_key] END, ARRAY[task],
      ARRAY[queue], ARRAY[priority], ARRAY[(extract(epoch FROM delay) * 1000)::bigint], ARRAY[max_attempts::bigint],
      ARRAY[(extract(epoch FROM retry_delay) * 1000)::bigint], ARRAY[(extract(epoch FROM timeout) * 1000)::bigint],
      ARRAY[timeout_policy], ARRAY[store_result], ARRAY[(extract(epoch FROM unique_for) * 1000)::bigint]
    ) AS a;
    RETURN coalesce(v_standing, v_id);
  END
  $enqueue$;

  REVOKE ALL ON FUNCTION ${s}.enqueue FROM PUBLIC;
`;
