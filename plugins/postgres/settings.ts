/** Where the server is, and how it is talked to. @module */

import type { PluginSettings, SettingsSchema } from "nuvom";
import type { Address, SslMode } from "./address.ts";
import { badSetting, badUrl, unknownOption } from "./errors.ts";

/** What `[plugin.postgres] settings` may say. */
export const SETTINGS = {
  url: {
    type: "string",
    required: true,
    secret: true,
    description: "postgres://user:password@host:port/database, with ?sslmode=… where TLS is to be as it says.",
  },
  schema: { type: "string", default: "nuvom", description: "Schema of the tables; made when it is missing." },
  pool: {
    type: "number",
    default: 4,
    description: "Most connections of a process for jobs, 1 to 100; five more lease, listen and do what takes long.",
  },
  tls_ca: {
    type: "string",
    default: "",
    description: "Certificates (PEM) to trust beside the usual ones, for sslmode=verify-full.",
  },
} as const satisfies SettingsSchema;

/** Settings, checked. */
export interface Options {
  readonly address: Address;
  readonly schema: string;
  readonly pool: number;
  readonly ca: string | null;
}

const SSL_MODES: readonly SslMode[] = ["disable", "prefer", "require", "verify-full"];
const URL_OPTIONS: readonly string[] = ["sslmode", "application_name"];
const DEFAULT_PORT = 5432;
const LARGEST_POOL = 100;
/** PostgreSQL cuts names after so many bytes; a namespace needs some of them. */
const LONGEST_SCHEMA = 40;

/** @throws {NuvomError} `NUVOM_POSTGRES_URL`, `NUVOM_POSTGRES_SETTING` */
export function readOptions(settings: PluginSettings): Options {
  const { url, schema = SETTINGS.schema.default, pool = SETTINGS.pool.default, tls_ca: ca = "" } = settings;
  if (typeof schema !== "string" || !/^[a-z_][a-z0-9_]*$/.test(schema) || schema.length > LONGEST_SCHEMA) {
    throw badSetting("schema", schema, `a name of at most ${LONGEST_SCHEMA} lower case letters, digits and _`);
  }
  if (!Number.isInteger(pool) || Number(pool) < 1 || Number(pool) > LARGEST_POOL) {
    throw badSetting("pool", pool, `a whole number from 1 to ${LARGEST_POOL}`);
  }
  if (ca !== "" && !String(ca).includes("-----BEGIN CERTIFICATE-----")) {
    throw badSetting("tls_ca", "…", "a text that begins with -----BEGIN CERTIFICATE-----");
  }
  return { address: readUrl(String(url)), schema, pool: Number(pool), ca: ca === "" ? null : String(ca) };
}

function readUrl(text: string): Address {
  const url = URL.parse(text);
  if (url === null) throw badUrl("it is no URL");
  if (!/^postgres(ql)?:$/.test(url.protocol)) throw badUrl(`it begins with ${url.protocol}`);
  if (url.hostname === "") throw badUrl("it names no host");
  if (url.username === "") throw badUrl("it names no user");
  const database = decoded(url.pathname.slice(1));
  if (database === "") throw badUrl("it names no database");
  for (const name of url.searchParams.keys()) if (!URL_OPTIONS.includes(name)) throw unknownOption(name, URL_OPTIONS);
  const sslmode = (url.searchParams.get("sslmode") ?? "prefer") as SslMode;
  if (!SSL_MODES.includes(sslmode)) throw badUrl(`its sslmode is "${sslmode}" and not one of ${SSL_MODES.join(", ")}`);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    database,
    user: decoded(url.username),
    password: decoded(url.password),
    sslmode,
    applicationName: url.searchParams.get("application_name") ?? "nuvom",
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl("a part of it is not %-encoded");
  }
}
