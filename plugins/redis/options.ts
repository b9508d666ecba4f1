/** Which Redis, as the plugin knows it. @module */

/** The settings, read. */
export interface RedisOptions {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  readonly tls: boolean;
  readonly tlsCa: string | null;
  readonly prefix: string;
  readonly timeoutMs: number;
}

/** What the keys of a namespace begin with. A Cluster keeps all that has the same text in braces on one node. */
export function keysOf({ prefix }: RedisOptions, namespace: string): string {
  return `{${prefix}${namespace === "" ? "" : `:${namespace}`}}:`;
}

/** The address, for people and for a `net` permission. */
export function addressOf({ host, port }: Pick<RedisOptions, "host" | "port">): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
