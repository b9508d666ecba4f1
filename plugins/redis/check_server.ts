/** Whether a server is one that jobs can be left to. @module */

import type { Redis } from "ioredis";
import type { Logger } from "nuvom";
import { tooOld } from "./errors.ts";
import { addressOf, type RedisOptions } from "./options.ts";

/** The oldest that has all commands of the scripts. */
const OLDEST = [6, 2] as const;

/** What is to be known of a server before it is used. */
export interface ServerKind {
  readonly isCluster: boolean;
}

/** Warns of what may lose jobs. @throws {NuvomError} `NUVOM_REDIS_VERSION` */
export async function checkServer(probe: Redis, options: RedisOptions, log: Logger): Promise<ServerKind> {
  const info = parseInfo(await infoOf(probe));
  const version = info.get("redis_version");
  // Where INFO is not allowed, nothing can be known.
  if (version === undefined) return { isCluster: false };
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) throw tooOld(options, version);
  warn(info, addressOf(options), log);
  return { isCluster: info.get("cluster_enabled") === "1" };
}

function warn(info: ReadonlyMap<string, string>, at: string, log: Logger): void {
  const policy = info.get("maxmemory_policy") ?? "noeviction";
  if (policy.startsWith("allkeys")) {
    log.warn(
      `the Redis at ${at} may throw jobs away when its memory is full (maxmemory-policy ${policy}): set it to noeviction`,
    );
  }
  if (info.get("aof_enabled") === "0") {
    log.warn(
      `the Redis at ${at} writes no append-only file: a restart of it loses the jobs since its last snapshot (set appendonly yes)`,
    );
  }
}

async function infoOf(probe: Redis): Promise<string> {
  try {
    return await probe.info();
  } catch (error) {
    if (/NOPERM/.test((error as Error).message)) return "";
    throw error;
  }
}

function parseInfo(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(":");
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}
