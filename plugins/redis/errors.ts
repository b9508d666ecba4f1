/** What can go wrong between the plugin and its server. Passwords are in none of these. @module */

import { NuvomError } from "nuvom";
import { addressOf, type RedisOptions } from "./options.ts";

const ENCODE = "In a user or password write / as %2F, ? as %3F, # as %23, @ as %40, or use the setting password.";

/** `NUVOM_REDIS_URL` */
export function badUrl(url: string): NuvomError {
  // To the last @: a password that is not encoded holds whatever ends one in a URL.
  const shown = url.replace(/^([a-z]+:\/\/)?.*@/is, "$1********@");
  return new NuvomError("NUVOM_REDIS_URL", {
    what: `The setting url of the plugin redis is ${JSON.stringify(shown)}, which is no URL of a Redis.`,
    mend: 'Write for example settings = { url = "redis://127.0.0.1:6379/0" } under [plugin.redis]; rediss:// is TLS.' +
      (shown === url ? "" : ` ${ENCODE}`),
    exitCode: 3,
  });
}

/** `NUVOM_REDIS_URL` */
export function urlOption(url: string, option: string): NuvomError {
  // What stands before an @ may be a piece of a password.
  const isSecret = /[?#].*@/s.test(url);
  const found = isSecret ? "options" : `the option "${option}"`;
  return new NuvomError("NUVOM_REDIS_URL", {
    what: `The setting url of the plugin redis has ${found}, and URLs of the plugin redis take no options.`,
    mend: isSecret
      ? ENCODE
      : "Leave it out: what else can be set are the settings password, prefix, timeout_ms and tls_ca.",
    exitCode: 3,
  });
}

/** `NUVOM_REDIS_PREFIX` */
export function badPrefix(prefix: unknown): NuvomError {
  return new NuvomError("NUVOM_REDIS_PREFIX", {
    what: `The setting prefix of the plugin redis is ${JSON.stringify(prefix)}.`,
    mend:
      "Set it to a text without braces that is not empty: the plugin puts it into braces itself, so that a Cluster " +
      "keeps all keys of it on one node.",
    exitCode: 3,
  });
}

/** `NUVOM_REDIS_TIMEOUT` */
export function badTimeout(found: unknown, shortest: number): NuvomError {
  return new NuvomError("NUVOM_REDIS_TIMEOUT", {
    what: `The setting timeout_ms of the plugin redis is ${JSON.stringify(found)}.`,
    mend: `Set it to a number of milliseconds, ${shortest} or more.`,
    exitCode: 3,
  });
}

/** `NUVOM_REDIS_VERSION` */
export function tooOld(options: RedisOptions, version: string): NuvomError {
  return new NuvomError("NUVOM_REDIS_VERSION", {
    what: `The Redis at ${addressOf(options)} has version ${version}, and the plugin redis needs 6.2 or later.`,
    mend: "Upgrade the server, or use Valkey.",
    exitCode: 3,
  });
}

/** What kind of trouble it is, by what the server or the connection says. */
interface Problem {
  readonly code: `NUVOM_REDIS_${string}`;
  /** The settings are right. */
  readonly passes?: true;
  readonly says: RegExp;
  readonly what: (user: string) => string;
  readonly mend: (options: RedisOptions) => string;
}

const PROBLEMS: readonly Problem[] = [
  {
    code: "NUVOM_REDIS_NET",
    says: /NotCapable|Requires net access/,
    what: () => "may not be reached: the manifest does not grant it",
    mend: (options) => `Write permissions = { net = ["${addressOf(options)}"] } under [plugin.redis].`,
  },
  {
    code: "NUVOM_REDIS_AUTH",
    says: /WRONGPASS|NOAUTH|invalid password|AUTH failed/i,
    what: (user) => `does not take the password of the ${user}`,
    mend: () =>
      'Set password, or the one in url, under [plugin.redis]; settings = { password = { env = "REDIS_PASSWORD" } } ' +
      "keeps it out of the manifest.",
  },
  {
    code: "NUVOM_REDIS_RIGHTS",
    says: /NOPERM|has no permissions|can't access/,
    what: (user) => `does not let the ${user} do what the plugin redis must`,
    mend: ({ username, prefix }) =>
      `Say there: ACL SETUSER ${username ?? "default"} ~{${prefix}* &{${prefix}* +@all -@admin -@dangerous +info.`,
  },
  {
    code: "NUVOM_REDIS_READONLY",
    says: /READONLY/,
    what: () => "is a replica that takes no writes",
    mend: () =>
      "Let url under [plugin.redis] name the primary; after a failover, the address that leads to the new one.",
  },
  {
    code: "NUVOM_REDIS_MISCONF",
    passes: true,
    says: /MISCONF/,
    what: () => "takes no writes because it can't save them: its disk is full or can't be written",
    mend: () => "Look into its log and mend its disk; no job was changed.",
  },
  {
    code: "NUVOM_REDIS_FULL",
    passes: true,
    says: /\bOOM\b/,
    what: () => "takes no new jobs: its memory is full",
    mend: () =>
      "Let workers drain it, forget finished jobs (nuvom history prune), or raise its maxmemory; no job was changed.",
  },
  {
    code: "NUVOM_REDIS_BUSY",
    passes: true,
    says: /LOADING|BUSY |MASTERDOWN/,
    what: () => "answers nobody just now: it loads its data, or a script or its primary holds it up",
    mend: () => "Wait until it is ready.",
  },
  {
    code: "NUVOM_REDIS_CLUSTER",
    says: /CLUSTERDOWN|MOVED|CROSSSLOT|Failed to refresh slots|ClusterAllFailed/,
    what: () => "leads to a Cluster that does not answer for the keys of nuvom",
    mend: () =>
      "Look at CLUSTER INFO there, and grant the plugin the addresses of all its nodes (net under [plugin.redis]).",
  },
  {
    code: "NUVOM_REDIS_TLS",
    says: /certificate|TLS|SSL|InvalidContentType|UnknownIssuer|CERT_|corrupt message/i,
    what: () => "can't agree with it on TLS",
    mend: ({ tls }) =>
      tls
        ? "Write redis:// in url where the server speaks no TLS; set tls_ca to the PEM text of its authority where that " +
          "is not a public one."
        : "Write rediss:// in url where the server wants TLS.",
  },
];

/** Turns what was thrown into an error that says what to do; `NUVOM_REDIS_CONNECT` where the server was not reached. */
export function fromRedis(thrown: unknown, options: RedisOptions): NuvomError {
  if (thrown instanceof NuvomError) return thrown;
  const cause = thrown instanceof Error ? thrown : new Error(String(thrown));
  const at = addressOf(options);
  const said = `${cause.name} ${cause.message} ${(cause as { code?: unknown }).code ?? ""}`;
  const problem = PROBLEMS.find(({ says }) => says.test(said));
  if (problem === undefined) return cause.name === "ReplyError" ? failed(at, cause) : notReached(options, cause);
  const user = options.username === null ? "default user" : `user "${options.username}"`;
  return new NuvomError(problem.code, {
    what: `The Redis at ${at} of the plugin redis ${problem.what(user)}.`,
    mend: problem.mend(options),
    exitCode: problem.passes ? 1 : 3,
    cause,
  });
}

/** `NUVOM_REDIS_FAILED`: the server refused what it should have taken. */
function failed(at: string, cause: Error): NuvomError {
  return new NuvomError("NUVOM_REDIS_FAILED", {
    what: `The Redis at ${at} of the plugin redis failed: ${cause.message.replace(/\.$/, "")}.`,
    mend: "If it stays, report it as a bug.",
    cause,
  });
}

function notReached(options: RedisOptions, cause: Error): NuvomError {
  const reason = cause.message.replace(/\.$/, "") || cause.name;
  return new NuvomError("NUVOM_REDIS_CONNECT", {
    what: `The plugin redis can't reach the Redis at ${addressOf(options)}: ${reason}.`,
    mend: `Check that it runs and that url under [plugin.redis] is right; ${
      options.tls ? "where the server speaks no TLS, write redis://" : "where the server wants TLS, write rediss://"
    }.`,
    cause,
  });
}
