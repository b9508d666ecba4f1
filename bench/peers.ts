/** Who is measured, and how each is set up. @module */

import type { ServerKind } from "./harness/servers.ts";

/** One column of the tables. */
export interface Peer {
  /** For `--peers`; several rows may share its first word. */
  readonly id: string;
  readonly title: string;
  readonly adapter: string;
  readonly variant: string | null;
  /** What runs its child processes. */
  readonly runtime: "node" | "deno";
  readonly server: ServerKind | null;
  /** What survives what. */
  readonly durability: string;
  /** What became of a job's result. */
  readonly results: string;
  /** Scenarios that it can't do, and why. */
  readonly cannot: Readonly<Record<string, string>>;
  /** From a kill to the rescue, where its default is longer than anyone waits here, with the source. */
  readonly rescueDefault: string | null;
}

const NUVOM = {
  adapter: "nuvom",
  runtime: "deno",
  server: null,
  results: "kept",
  cannot: {},
  rescueDefault: null,
} as const;
const BARE = {
  ...NUVOM,
  adapter: "bare_sqlite",
  cannot: Object.fromEntries(["D", "E1", "E2", "F", "G", "H1", "H2", "I"].map((id) => [id, "no engine"])),
} as const;
const BULLMQ = { adapter: "bullmq", variant: null, runtime: "node", results: "kept", cannot: {} } as const;
const GRAPHILE = {
  adapter: "graphile_worker",
  runtime: "node",
  server: "postgres",
  durability: "synchronous_commit on: survives a power cut",
  results: "not kept, done jobs are deleted",
  cannot: {},
  rescueDefault: "4 h (`job_expiry` in its SQL)",
} as const;

/** Whether it is nuvom, or a part of it. */
export function isOwn({ adapter }: Peer): boolean {
  return adapter === "nuvom" || adapter === "bare_sqlite";
}

/** In the order of the tables. */
export const PEERS: readonly Peer[] = [
  {
    ...NUVOM,
    id: "nuvom",
    title: "nuvom, NORMAL",
    variant: null,
    durability: "WAL, synchronous NORMAL: survives a crash; a power cut may lose the last moments",
  },
  {
    ...NUVOM,
    id: "nuvom-full",
    title: "nuvom, FULL",
    variant: "FULL",
    durability: "WAL, synchronous FULL: survives a power cut",
    cannot: { E1: "as NORMAL", E2: "as NORMAL", F: "as NORMAL", I: "as NORMAL", H1: "as NORMAL", H2: "as NORMAL" },
  },
  {
    ...NUVOM,
    id: "nuvom-redis",
    title: "nuvom on Redis, everysec",
    variant: "redis",
    server: "redis-everysec",
    durability: "append-only file, fsync every second: survives a crash of the worker; a power cut may lose a second",
    cannot: { H1: "not measured yet", H2: "not measured yet" },
  },
  {
    ...NUVOM,
    id: "nuvom-redis-always",
    title: "nuvom on Redis, always",
    variant: "redis",
    server: "redis-always",
    durability: "append-only file, fsync with every write: survives a power cut",
    cannot: {
      C2: "as everysec",
      D: "as everysec",
      E1: "as everysec",
      E2: "as everysec",
      F: "as everysec",
      G: "as everysec",
      H1: "as everysec",
      H2: "as everysec",
      I: "as everysec",
    },
  },
  {
    ...NUVOM,
    id: "nuvom-postgres",
    title: "nuvom on Postgres",
    variant: "postgres",
    server: "postgres",
    durability: "synchronous_commit on: survives a power cut",
    cannot: { H1: "not measured yet", H2: "not measured yet" },
  },
  {
    id: "plainjob",
    title: "plainjob (better-sqlite3)",
    adapter: "plainjob",
    variant: null,
    runtime: "node",
    server: null,
    durability: "WAL, synchronous NORMAL: survives a crash; a power cut may lose the last moments",
    results: "not kept",
    cannot: { D: "it has no retries", H2: "as H1, not measured at this size" },
    rescueDefault: "30 min (`timeout` in its README)",
  },
  {
    ...BULLMQ,
    id: "bullmq",
    title: "BullMQ (Redis, everysec)",
    server: "redis-everysec",
    durability: "append-only file, fsync every second: survives a crash of the worker; a power cut may lose a second",
    cannot: { H2: "as H1, not measured at this size" },
    rescueDefault: null,
  },
  {
    ...BULLMQ,
    id: "bullmq-always",
    title: "BullMQ (Redis, always)",
    server: "redis-always",
    durability: "append-only file, fsync with every write: survives a power cut",
    cannot: {
      G: "as everysec",
      E1: "as everysec",
      E2: "as everysec",
      F: "as everysec",
      H1: "as everysec",
      H2: "as H1, not measured at this size",
      I: "as everysec",
    },
    rescueDefault: null,
  },
  {
    ...GRAPHILE,
    id: "graphile",
    title: "graphile-worker (batching)",
    variant: "batching",
    cannot: { H2: "as H1, not measured at this size" },
  },
  {
    ...GRAPHILE,
    id: "graphile-single",
    title: "graphile-worker",
    variant: null,
    cannot: {
      C2: "see C1; a minute a run",
      G: "as with batching",
      A: "as with batching",
      B: "as with batching",
      F: "as with batching",
      H1: "as with batching",
      H2: "as H1, not measured at this size",
    },
  },
  {
    id: "pg-boss",
    title: "pg-boss",
    adapter: "pg_boss",
    variant: null,
    runtime: "node",
    server: "postgres",
    durability: "synchronous_commit on: survives a power cut",
    results: "kept",
    cannot: { H2: "as H1, not measured at this size" },
    rescueDefault: "15 min (`expireInSeconds` in its types)",
  },
  {
    ...BARE,
    id: "bare",
    title: "bare sqlite loop, NORMAL (the limit)",
    variant: null,
    durability: "as nuvom, NORMAL",
  },
  {
    ...BARE,
    id: "bare-full",
    title: "bare sqlite loop, FULL (the limit)",
    variant: "FULL",
    durability: "as nuvom, FULL",
  },
];
