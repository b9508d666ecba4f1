/** Which Redis, and how it is spoken to. @module */

import type { PluginSettings, SettingsSchema } from "nuvom";
import { badPrefix, badTimeout, badUrl, urlOption } from "./errors.ts";
import type { RedisOptions } from "./options.ts";

/** What `[plugin.redis] settings` may say. */
export const SETTINGS = {
  url: {
    type: "string",
    default: "redis://127.0.0.1:6379",
    description: "redis://USER:PASSWORD@HOST:PORT/DATABASE, or rediss:// for TLS.",
  },
  password: { type: "string", secret: true, description: "In place of the one in the URL." },
  prefix: { type: "string", default: "nuvom", description: "All keys begin with it, in braces." },
  timeout_ms: {
    type: "number",
    default: 5_000,
    description: "How long a connection, or an answer, may take before the connection counts as lost.",
  },
  tls_ca: { type: "string", description: "PEM text of the authority that signed the server's certificate." },
} as const satisfies SettingsSchema;

const DEFAULT_PORT = 6379;
const SHORTEST_TIMEOUT_MS = 100;

/** @throws {NuvomError} `NUVOM_REDIS_URL`, `NUVOM_REDIS_PREFIX`, `NUVOM_REDIS_TIMEOUT` */
export function readSettings(settings: PluginSettings): RedisOptions {
  const { url, password, prefix, timeout_ms: timeoutMs, tls_ca: tlsCa } = settings as Record<string, unknown>;
  const place = readUrl(String(url ?? SETTINGS.url.default));
  const tag = prefix ?? SETTINGS.prefix.default;
  if (typeof tag !== "string" || tag === "" || /[{}]/.test(tag)) throw badPrefix(tag);
  const limit = timeoutMs ?? SETTINGS.timeout_ms.default;
  if (typeof limit !== "number" || !(limit >= SHORTEST_TIMEOUT_MS)) throw badTimeout(limit, SHORTEST_TIMEOUT_MS);
  return {
    ...place,
    password: typeof password === "string" ? password : place.password,
    tlsCa: typeof tlsCa === "string" ? tlsCa : null,
    prefix: tag,
    timeoutMs: limit,
  };
}

function readUrl(text: string): Omit<RedisOptions, "prefix" | "timeoutMs" | "tlsCa"> {
  const url = URL.parse(text);
  const db = url?.pathname.replace(/^\/$|^$/, "/0").slice(1);
  if (url === null || !/^rediss?:$/.test(url.protocol) || url.hostname === "" || !/^\d+$/.test(db!)) throw badUrl(text);
  const [option] = url.searchParams.keys();
  if (option !== undefined || url.hash !== "") throw urlOption(text, option ?? url.hash);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    db: Number(db),
    username: url.username === "" ? null : decode(url.username, text),
    password: url.password === "" ? null : decode(url.password, text),
    tls: url.protocol === "rediss:",
  };
}

function decode(part: string, url: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl(url);
  }
}
