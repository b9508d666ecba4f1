/** How a schema comes to be, and how an older one becomes a newer one. @module */

import type { Database, Runner } from "./database.ts";
import { brokenSchema, foreignSchema, newerSchema, readOnly, serverTooOld } from "./errors.ts";
import { functions } from "./functions.ts";
import { TABLES, tables } from "./tables.ts";

/** Each is a script; its place is the version that it leads to. @param channel As an SQL text. */
const MIGRATIONS: readonly ((s: string, channel: string) => string)[] = [
  (s, channel) => `${tables(s)} ${functions(s, channel)}`,
];

/** `server_version_num` of PostgreSQL 12. */
const OLDEST = 120_000;
/** Names the lock that keeps two processes from migrating at once; with the schema's number it is of that schema alone. */
const LOCK = 0x6e75766f;

/** What a look at a schema shows: null where it holds nothing of nuvom. */
interface Found {
  readonly version: number | null;
  /** Something of someone else that it holds. */
  readonly foreign: string | null;
}

/**
 * Brings a schema up to date in one transaction; of two processes that try at once, the second finds it done. A schema
 * that is up to date is only looked at, so that needs no right to make anything.
 *
 * @throws {NuvomError} `NUVOM_POSTGRES_VERSION`, `_READ_ONLY`, `_SCHEMA_NEWER`, `_SCHEMA_FOREIGN`, `_SCHEMA_BROKEN`, and
 * what is wrong with the connection; nothing was changed then.
 */
export async function migrate(database: Database, schema: string, channel: string): Promise<void> {
  await checkServer(database);
  if (await checkedVersion(database, database, schema) === MIGRATIONS.length) return;
  await database.transaction(async (tx) => {
    await tx.rows("SELECT pg_advisory_xact_lock($1::integer, hashtext($2))", LOCK, schema);
    const version = await checkedVersion(database, tx, schema);
    if (version === MIGRATIONS.length) return;
    await makeSchema(tx, schema);
    await tx.script(MIGRATIONS.slice(version).map((script) => script(`"${schema}"`, `'${channel}'`)).join("\n"));
    await tx.script(
      `CREATE TABLE IF NOT EXISTS "${schema}".nuvom_schema (version integer NOT NULL);
       DELETE FROM "${schema}".nuvom_schema; INSERT INTO "${schema}".nuvom_schema VALUES (${MIGRATIONS.length});`,
    );
  });
}

async function checkServer(database: Database): Promise<void> {
  const [row] = await database.rows<[version: string, number: number, readOnly: boolean]>(
    `SELECT current_setting('server_version'), current_setting('server_version_num')::integer,
      pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean`,
  );
  const [version, number, replica] = row!;
  if (number < OLDEST) throw serverTooOld(database.place, version);
  if (replica) throw readOnly(database.place);
}

/** With the right to make schemas only where it is needed: an administrator may have made it. */
async function makeSchema(tx: Runner, schema: string): Promise<void> {
  const [there] = await tx.rows("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema);
  if (there === undefined) await tx.script(`CREATE SCHEMA "${schema}"`);
}

async function checkedVersion({ place }: Database, runner: Runner, schema: string): Promise<number> {
  const { version, foreign } = await look(runner, schema);
  if (version === null) {
    if (foreign !== null) throw foreignSchema(place, schema, foreign);
    return 0;
  }
  if (version > MIGRATIONS.length) throw newerSchema(place, schema, version, MIGRATIONS.length);
  const names = TABLES.map((name) => `'${name}'`).join();
  const missing = await runner.rows<[name: string]>(
    `SELECT name FROM unnest(ARRAY[${names}]) AS name WHERE to_regclass(format('%I.%I', $1::text, name)) IS NULL`,
    schema,
  );
  if (missing.length > 0) throw brokenSchema(place, schema, version, missing.map(([name]) => `the table ${name}`));
  return version;
}

async function look(runner: Runner, schema: string): Promise<Found> {
  const [row] = await runner.rows<[known: boolean, foreign: string | null]>(
    `SELECT to_regclass(format('%I.nuvom_schema', $1::text)) IS NOT NULL,
      (SELECT relname::text FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident($1)) AND relkind IN ('r', 'v') LIMIT 1)`,
    schema,
  );
  const [known, foreign] = row!;
  if (!known) return { version: null, foreign };
  const [found] = await runner.rows<[version: number]>(`SELECT version FROM "${schema}".nuvom_schema`);
  return { version: found?.[0] ?? 0, foreign: null };
}
