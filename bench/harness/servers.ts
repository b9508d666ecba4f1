/** Local servers for one measurement: a private port, a temporary data folder, gone afterwards. @module */

import { PostgresServer } from "../../tests/servers/postgres.ts";
import { Child } from "./child.ts";

/** A server that answers. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Which server a peer needs. */
export type ServerKind = "redis-everysec" | "redis-always" | "postgres";

/** Its own defaults are for the smallest machines; durability (fsync, synchronous_commit) stays as it comes. */
const POSTGRES = ["shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=30min", "max_connections=200"];

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Starts one in the folder. */
export function startServer(kind: ServerKind, folder: string): Promise<Server> {
  if (kind === "postgres") return PostgresServer.start({ folder, fsync: true, config: POSTGRES });
  return startRedis(folder, kind === "redis-always" ? "always" : "everysec");
}

async function startRedis(folder: string, appendfsync: string): Promise<Server> {
  const port = freePort();
  const options = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction"];
  const child = new Child({
    command: "redis-server",
    args: ["--port", String(port), "--dir", folder, ...options, "--appendfsync", appendfsync],
    read: "stdout",
  });
  await child.until((line) => line.includes("Ready to accept connections") ? true : undefined);
  void child.drain();
  return stoppedBy(child, "SIGTERM", port);
}

/** As Redis says it. */
export async function redisVersion(): Promise<string> {
  return await versionOf("redis-server", /v=([\d.]+)/);
}

async function versionOf(command: string, pattern: RegExp): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  return pattern.exec(new TextDecoder().decode(stdout))?.[1] ?? "of an unknown version";
}

/** Kindly, so that its data folder can be copied. */
function stoppedBy(child: Child, signal: Deno.Signal, port: number): Server {
  return {
    port,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill(signal);
      await child.status;
      await child[Symbol.asyncDispose]();
    },
  };
}
