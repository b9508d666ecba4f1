/** The connection to the harness's own Postgres. @module */

import { load } from "./load.ts";
import type { Place } from "./adapter.ts";

/** What is used of a pool of the package "pg". */
export interface Pool {
  query(sql: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  end(): Promise<void>;
}

/** Where the server of a place answers. */
export function connectionString({ port }: Place): string {
  return `postgres://postgres@127.0.0.1:${port}/postgres`;
}

/** A small pool for questions about the store. */
export async function openPool(place: Place): Promise<Pool> {
  const { default: { Pool } } = await load<{ default: { Pool: new (options: object) => Pool } }>(place.packages, "pg");
  return new Pool({ connectionString: connectionString(place), max: 2 });
}
