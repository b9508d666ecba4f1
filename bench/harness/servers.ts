/** Local servers for one measurement: a private port, a temporary data folder, gone afterwards. @module */

import { PostgresServer } from "../../tests/servers/postgres.ts";
import { RedisServer } from "../../tests/servers/redis.ts";

/** A server that answers. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Which server a peer needs. */
export type ServerKind = "redis-everysec" | "redis-always" | "postgres";

/** Its own defaults are for the smallest machines; durability (fsync, synchronous_commit) stays as it comes. */
const POSTGRES = ["shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=30min", "max_connections=200"];

/** Starts one in the folder. */
export function startServer(kind: ServerKind, folder: string): Promise<Server> {
  if (kind === "postgres") return PostgresServer.start({ folder, fsync: true, config: POSTGRES });
  return startRedis(folder, kind === "redis-always" ? "always" : "everysec");
}

async function startRedis(folder: string, appendfsync: string): Promise<Server> {
  const args = ["--appendonly", "yes", "--appendfsync", appendfsync, "--maxmemory-policy", "noeviction"];
  const server = await RedisServer.start({ folder, program: "redis-server", args });
  return {
    port: server.port,
    pid: server.pid,
    [Symbol.asyncDispose]: () => server.kill("SIGTERM"),
  };
}

/** As Redis says it. */
export async function redisVersion(): Promise<string> {
  return await versionOf("redis-server", /v=([\d.]+)/);
}

async function versionOf(command: string, pattern: RegExp): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  return pattern.exec(new TextDecoder().decode(stdout))?.[1] ?? "of an unknown version";
}
