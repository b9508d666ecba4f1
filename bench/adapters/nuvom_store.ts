/** A look into the store of nuvom from outside, so that the worker tells nothing. @module */

import type { Kind, Place } from "./adapter.ts";
import { NuvomDatabase } from "./nuvom_database.ts";
import { NuvomPostgres } from "./nuvom_postgres.ts";
import { NuvomRedis } from "./nuvom_redis.ts";

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

/** A store whose workers can be made to wait. */
export interface HeldStore extends NuvomStore {
  /** Nothing is leased until `release`. */
  hold(): Promise<void>;
  /** Answers when that was. */
  release(): Promise<number>;
}

/** The database of the project, or what is on the server. */
export function openNuvomStore({ folder, port, variant }: Pick<Place, "folder" | "port" | "variant">): NuvomStore {
  return port === null ? new NuvomDatabase(folder) : openOnServer(port, variant);
}

/** What the plugin of this name keeps on its server. */
export function openOnServer(port: number, plugin: string | null): HeldStore {
  return plugin === "redis" ? new NuvomRedis(port) : new NuvomPostgres(port);
}
