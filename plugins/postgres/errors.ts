/** What can be wrong with settings, server and database: one paragraph each, with what mends it. @module */

import { type ErrorCode, type ExitCode, NuvomError } from "nuvom";
import type { Address } from "./address.ts";
import { PARAMETERS } from "./sessions.ts";

const PLUGIN = "The plugin postgres";
const TOML_URL = '[plugin.postgres] settings = { url = "postgres://user:password@host:5432/database" }';

/** `NUVOM_POSTGRES_URL`: the text itself is not shown, for it holds a password. */
export function badUrl(why: string): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_URL", {
    what: `The setting url of the plugin postgres can't be used: ${why}.`,
    mend:
      `Write it as in ${TOML_URL}, or into the variable NUVOM_POSTGRES_URL; %-encode what is special in a password.`,
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_URL` */
export function unknownOption(name: string, known: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_URL", {
    what: `The setting url of the plugin postgres has an option "${name}", which it does not know.`,
    mend: `Take it out; known are ${known.join(" and ")}.`,
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_SETTING` */
export function badSetting(name: string, found: unknown, wanted: string): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_SETTING", {
    what: `The setting ${name} of the plugin postgres is ${JSON.stringify(found)}.`,
    mend: `Set it to ${wanted}.`,
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_VERSION` */
export function serverTooOld(place: string, version: string): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_VERSION", {
    what: `${PLUGIN} needs PostgreSQL 12 or newer; ${place} is ${version}.`,
    mend: "Upgrade the server, or set url in [plugin.postgres] settings to a newer one.",
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_READ_ONLY` */
export function readOnly(place: string, cause?: unknown): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_READ_ONLY", {
    what: `${PLUGIN} can't write to ${place}: it is a read-only replica, or default_transaction_read_only is on.`,
    mend: "Set url in [plugin.postgres] settings to the primary server.",
    exitCode: 3,
    cause,
  });
}

/** `NUVOM_POSTGRES_SCHEMA_NEWER` */
export function newerSchema(place: string, schema: string, found: number, known: number): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_SCHEMA_NEWER", {
    what: `The schema ${schema} in ${place} has version ${found}; this plugin postgres knows versions up to ${known}.`,
    mend: "Use the nuvom that wrote it or a newer one; nothing was changed.",
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_SCHEMA_FOREIGN` */
export function foreignSchema(place: string, schema: string, table: string): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_SCHEMA_FOREIGN", {
    what:
      `The schema ${schema} in ${place} is not of the plugin postgres: it holds "${table}" and no version of nuvom.`,
    mend:
      'Give nuvom a schema of its own: [plugin.postgres] settings = { schema = "nuvom_jobs" }; nothing was changed.',
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_SCHEMA_BROKEN` */
export function brokenSchema(place: string, schema: string, version: number, missing: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_SCHEMA_BROKEN", {
    what: `The schema ${schema} in ${place} says that it has version ${version}, but lacks ${missing.join(", ")}.`,
    mend: `Restore it from a backup, or give its jobs up with: DROP SCHEMA ${schema} CASCADE; nothing was changed.`,
    exitCode: 3,
  });
}

/** `NUVOM_POSTGRES_TIMEOUT` */
export function tooSlow(place: string, ms: number): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_TIMEOUT", {
    what: `${PLUGIN} got no answer from ${place} within ${ms / 1_000} s; the connection was given up.`,
    mend:
      "Look whether the server hangs, is overloaded, or waits for a lock (pg_stat_activity); whether anything was " +
      "changed is not known.",
  });
}

/** `NUVOM_POSTGRES_CLOSED` */
export function storeClosed(): NuvomError {
  return new NuvomError("NUVOM_POSTGRES_CLOSED", { what: "The queue was closed, and is not asked any more." });
}

interface Problem {
  readonly code: ErrorCode;
  /** After the name of the plugin, without a full stop. */
  readonly what: string;
  readonly mend: string;
  readonly exitCode?: ExitCode;
}

/** What a driver or server says. */
interface Said {
  readonly code?: string;
  readonly name?: string;
  readonly message?: string;
}

/** Turns an error of the driver into one that says what to do; what it does not know is told as it is. */
export function fromDriver(error: unknown, address: Address, place: string, schema: string): unknown {
  if (error instanceof NuvomError || isRefusal(error)) return error;
  const said = error as Said;
  const problem = problemOf(said, address, place, schema);
  return new NuvomError(problem.code, {
    ...problem,
    what: `${PLUGIN} ${problem.what}.`,
    cause: new Error(masked(String(said.message), address)),
  });
}

/** Deno refused what was not granted: the host explains that, for it knows the manifest. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && (error.name === "NotCapable" || error.message.startsWith("Requires net access"));
}

function masked(text: string, { password }: Address): string {
  return password === "" ? text : text.replaceAll(password, "***");
}

function problemOf({ code = "", message = "" }: Said, address: Address, place: string, schema: string): Problem {
  const { user, database, host, port, sslmode } = address;
  const told = masked(message, address).replace(/\.$/, "");
  const config = { exitCode: 3 } as const;
  switch (code) {
    case "28P01":
      return {
        code: "NUVOM_POSTGRES_PASSWORD",
        what: `can't log in at ${place}: the password of the user "${user}" is wrong`,
        mend: `Correct it in the variable NUVOM_POSTGRES_URL or in ${TOML_URL}; an administrator sets it with: ` +
          `ALTER ROLE "${user}" PASSWORD '…';`,
        ...config,
      };
    case "28000":
      return {
        code: "NUVOM_POSTGRES_LOGIN",
        what: `may not log in at ${place}: ${told}`,
        mend: /no encryption|SSL off/.test(message)
          ? "The server demands TLS: end url in [plugin.postgres] settings with ?sslmode=require."
          : /SSL (on|encryption)/.test(message)
          ? "The server wants no TLS here: end url in [plugin.postgres] settings with ?sslmode=disable."
          : `Make the role with CREATE ROLE "${user}" LOGIN PASSWORD '…'; and let it in, in the server's pg_hba.conf.`,
        ...config,
      };
    case "3D000":
      return {
        code: "NUVOM_POSTGRES_DATABASE",
        what: `finds no database "${database}" at ${host}:${port}`,
        mend: `Make it with: CREATE DATABASE "${database}" OWNER "${user}"; or name another one in ${TOML_URL}.`,
        ...config,
      };
    case "42501":
      return {
        code: "NUVOM_POSTGRES_RIGHT",
        what: `lacks a right at ${place}: ${told}`,
        mend:
          `An owner of the database gives it with: GRANT CREATE, CONNECT ON DATABASE "${database}" TO "${user}"; or, ` +
          `where the schema is there: ALTER SCHEMA ${schema} OWNER TO "${user}";`,
        ...config,
      };
    case "25006":
      return {
        code: "NUVOM_POSTGRES_READ_ONLY",
        what: `can't write to ${place}: ${told}`,
        mend: "Set url in [plugin.postgres] settings to the primary server.",
      };
    case "53100":
      return {
        code: "NUVOM_POSTGRES_FULL",
        what: `can't write at ${place}, where the disk is full: ${told}`,
        mend: "Free some space; no job was lost.",
      };
    case "53300":
      return {
        code: "NUVOM_POSTGRES_CONNECTIONS",
        what: `gets no more connections at ${place}: ${told}`,
        mend: "Raise its max_connections, or lower pool in [plugin.postgres] settings.",
      };
    case "55P03":
    case "57014":
      return {
        code: "NUVOM_POSTGRES_TIMEOUT",
        what: `got no answer in time from ${place}: ${told}`,
        mend: "Nothing was changed; look whether the server is overloaded, or waits for a lock (pg_stat_activity).",
      };
    case "08P01":
      if (!message.includes("unsupported startup parameter")) break;
      return {
        code: "NUVOM_POSTGRES_POOLER",
        what: `is refused by the pooler at ${place}: ${told}`,
        mend: `Let pgbouncer.ini say ignore_startup_parameters = ${PARAMETERS.join(", ")}; what the role should have ` +
          "then is in the README of the plugin.",
        ...config,
      };
    case "3F000":
    case "42P01":
    case "42883":
      return {
        code: "NUVOM_POSTGRES_GONE",
        what: `finds no schema ${schema} in ${place} any more, or only a part of it: ${told}`,
        mend: "Restore it from a backup, or start nuvom again, which makes a new one.",
      };
    case "CONNECT_TIMEOUT":
    case "CONNECTION_CLOSED":
    case "CONNECTION_DESTROYED":
    case "CONNECTION_ENDED":
    case "ECONNREFUSED":
    case "ECONNRESET":
    case "ENOTFOUND":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
    case "EPIPE":
    case "57P01":
    case "57P02":
    case "57P03":
      return sslmode !== "disable" && sslmode !== "prefer" && /TLS|secure|ECONNRESET/.test(`${message} ${code}`)
        ? tlsFailed(place, told)
        : {
          code: "NUVOM_POSTGRES_UNREACHABLE",
          what: `does not reach ${place}: ${told}`,
          mend: "Start the server, or correct host and port of url in [plugin.postgres] settings, and permissions = " +
            `{ net = ["${host}:${port}"] } with it.`,
        };
  }
  if (/certificate|TLS|SSL|handshake/i.test(message)) return tlsFailed(place, told);
  return {
    code: "NUVOM_POSTGRES_FAILED",
    what: `failed at ${place}: ${told}${code === "" ? "" : ` (${code})`}`,
    mend: "The log of the server says more; whether anything was changed is not known.",
  };
}

function tlsFailed(place: string, told: string): Problem {
  return {
    code: "NUVOM_POSTGRES_TLS",
    what: `can't talk TLS with ${place}: ${told}`,
    mend:
      "Turn TLS on at the server, or end url in [plugin.postgres] settings with ?sslmode=disable; a certificate of your " +
      "own authority goes into the setting tls_ca.",
    exitCode: 3,
  };
}
