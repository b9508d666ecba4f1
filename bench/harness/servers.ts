/** Local servers for one measurement: a private port, a temporary data folder, gone afterwards. @module */

import { RedisServer } from "../../tests/servers/redis.ts";
import { Child } from "./child.ts";

/** A server that answers. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Which server a peer needs. */
export type ServerKind = "redis-everysec" | "redis-always" | "postgres";

/** A port that was free a moment ago. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Starts one in the folder. */
export function startServer(kind: ServerKind, folder: string): Promise<Server> {
  if (kind === "postgres") return startPostgres(folder);
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

/** As Postgres says it. */
export async function postgresVersion(): Promise<string> {
  return await versionOf(`${await postgresFolder()}/postgres`, /(\d[\d.]*)/);
}

async function versionOf(command: string, pattern: RegExp): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
  return pattern.exec(new TextDecoder().decode(stdout))?.[1] ?? "of an unknown version";
}

/** Its own defaults are for the smallest machines; durability (fsync, synchronous_commit) stays as it comes. */
const POSTGRES = ["shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=30min", "max_connections=200"];

async function startPostgres(folder: string): Promise<Server> {
  const bin = await postgresFolder();
  const user = await postgresUser();
  const data = `${folder}/data`;
  // It refuses to run as root, so its folders belong to its own user.
  if (user.uid !== undefined) await Deno.chown(folder, user.uid, user.gid!);
  if (!await Deno.stat(data).then(() => true, () => false)) {
    const args = ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
    const { success, stderr } = await new Deno.Command(`${bin}/initdb`, { args, ...user, cwd: folder }).output();
    if (!success) throw new Error(`initdb failed: ${new TextDecoder().decode(stderr)}`);
  }
  const port = freePort();
  const child = new Child({
    command: `${bin}/postgres`,
    args: ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1", ...POSTGRES.flatMap((set) => ["-c", set])],
    ...user,
    cwd: folder,
    read: "stderr",
  });
  await child.until((line) => line.includes("ready to accept connections") ? true : undefined);
  void child.drain();
  // Without waiting for clients.
  return stoppedBy(child, "SIGINT", port);
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

/** Debian keeps the server's commands out of the PATH. */
async function postgresFolder(): Promise<string> {
  const root = "/usr/lib/postgresql";
  const versions = await Array.fromAsync(Deno.readDir(root)).catch(() => []);
  const newest = versions.map(({ name }) => Number(name)).sort((a, b) => b - a)[0];
  if (newest === undefined) throw new Error(`There is no Postgres in ${root}: apt-get install postgresql`);
  return `${root}/${newest}/bin`;
}

async function postgresUser(): Promise<{ uid?: number; gid?: number }> {
  if (Deno.uid() !== 0) return {};
  const id = async (flag: string) => {
    const { stdout } = await new Deno.Command("id", { args: [flag, "postgres"] }).output();
    return Number(new TextDecoder().decode(stdout));
  };
  return { uid: await id("-u"), gid: await id("-g") };
}
