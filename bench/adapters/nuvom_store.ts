/** A look into the store of nuvom from outside, so that the worker tells nothing. @module */

import type { Kind, Place } from "./adapter.ts";
import { NuvomDatabase } from "./nuvom_database.ts";
import { NuvomPostgres } from "./nuvom_postgres.ts";

/** What the harness asks of any of nuvom's stores. */
export interface NuvomStore {
  /** Jobs that are done and have their result. */
  doneCount(): number | Promise<number>;
  /** Jobs that wait and are due. */
  waitingCount(): number | Promise<number>;
  /** When the last job was done, in milliseconds since the epoch. */
  lastDoneAt(): number | Promise<number>;
  /** Who runs a job now. */
  runningOn(): string | null | Promise<string | null>;
  /** Results that are numbers, in the order of the jobs. */
  results(kind: Kind): number[] | Promise<number[]>;
  close(): void | Promise<void>;
}

/** The database of the project, or the schema on the server. */
export function openNuvomStore({ folder, port }: Pick<Place, "folder" | "port">): NuvomStore {
  return port === null ? new NuvomDatabase(folder) : new NuvomPostgres(port);
}
