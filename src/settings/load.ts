/** Gathers the settings from defaults, `.env`, environment and flags, and remembers where each came from. @module */

import { nearestName, readLogLevels, type TimeoutPolicy } from "../core/mod.ts";
import { type DotenvValue, parseDotenv } from "./dotenv.ts";
import { invalidSetting } from "./errors.ts";
import { type SettingDefinition, SETTINGS } from "./table.ts";

/** All settings, checked; durations in milliseconds, paths absolute. `nuvom config` says what each means. */
export interface Settings {
  /** The folder of the manifest. */
  readonly projectDir: string;
  /** `NUVOM_MANIFEST_PATH` */
  readonly manifestPath: string;
  /** `.nuvom` in the project. */
  readonly stateDir: string;
  /** `NUVOM_CACHE_DIR` */
  readonly cacheDir: string;
  /** `NUVOM_ENVIRONMENT` */
  readonly environment: string;
  /** `NUVOM_QUEUE_BACKEND` */
  readonly queueBackend: string;
  /** `NUVOM_RESULT_BACKEND` */
  readonly resultBackend: string;
  /** `NUVOM_SQLITE_PATH` */
  readonly sqlitePath: string;
  /** `NUVOM_FILE_PATH` */
  readonly filePath: string;
  /** `NUVOM_SQLITE_SYNCHRONOUS` */
  readonly sqliteSynchronous: "NORMAL" | "FULL";
  /** `NUVOM_MAX_WORKERS` */
  readonly maxWorkers: number;
  /** `NUVOM_CONCURRENCY` */
  readonly concurrency: number;
  /** `NUVOM_BATCH_SIZE` */
  readonly batchSize: number;
  /** `NUVOM_JOB_TIMEOUT_SECS` */
  readonly jobTimeoutMs: number;
  /** `NUVOM_TIMEOUT_GRACE_SECS` */
  readonly timeoutGraceMs: number;
  /** `NUVOM_TIMEOUT_POLICY` */
  readonly timeoutPolicy: TimeoutPolicy;
  /** `NUVOM_RETRY_DELAY_SECS` */
  readonly retryDelayMs: number;
  /** `NUVOM_LEASE_SECS` */
  readonly leaseMs: number;
  /** `NUVOM_SHUTDOWN_GRACE_SECS` */
  readonly shutdownGraceMs: number;
  /** `NUVOM_KEEP_SUCCESS_SECS` */
  readonly keepSuccessMs: number;
  /** `NUVOM_KEEP_SUCCESS` */
  readonly keepSuccess: number;
  /** `NUVOM_KEEP_FAILED_SECS` */
  readonly keepFailedMs: number;
  /** `NUVOM_KEEP_FAILED` */
  readonly keepFailed: number;
  /** `NUVOM_PRUNE_INTERVAL_SECS` */
  readonly pruneIntervalMs: number;
  /** `NUVOM_EXECUTOR_MEMORY_MB` */
  readonly memoryMb: number;
  /** `NUVOM_PLUGIN_START_TIMEOUT_SECS` */
  readonly pluginStartTimeoutMs: number;
  /** `NUVOM_PLUGIN_STOP_TIMEOUT_SECS` */
  readonly pluginStopTimeoutMs: number;
  /** `NUVOM_PLUGIN_CALL_TIMEOUT_SECS` */
  readonly pluginCallTimeoutMs: number;
  /** `NUVOM_FROZEN` */
  readonly frozen: boolean;
  /** `NUVOM_OFFLINE` */
  readonly offline: boolean;
  /** `NUVOM_ALLOW_HTTP_LOOPBACK` */
  readonly allowHttpLoopback: boolean;
  /** `NUVOM_ALLOWED_HOSTS` */
  readonly allowedHosts: string;
  /** `NUVOM_AUTH_TOKENS`; a secret. */
  readonly authTokens: string;
  /** `NUVOM_HTTPS_PROXY`, else `HTTPS_PROXY`; a secret. */
  readonly httpsProxy: string;
  /** `NUVOM_NO_PROXY`, else `NO_PROXY` */
  readonly noProxy: string;
  /** `NUVOM_FETCH_TIMEOUT_SECS` */
  readonly fetchTimeoutMs: number;
  /** `NUVOM_FETCH_CONNECT_TIMEOUT_SECS` */
  readonly fetchConnectTimeoutMs: number;
  /** `NUVOM_FETCH_ATTEMPTS` */
  readonly fetchAttempts: number;
  /** `NUVOM_FETCH_MAX_MODULE_MB` */
  readonly fetchMaxModuleMb: number;
  /** `NUVOM_FETCH_MAX_GRAPH_MB` */
  readonly fetchMaxGraphMb: number;
  /** `NUVOM_FETCH_MAX_GRAPH_MODULES` */
  readonly fetchMaxGraphModules: number;
  /** `NUVOM_LOG_LEVEL` */
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** `NUVOM_LOG_LEVELS`, for `readLogLevels()`. */
  readonly logLevels: string;
  /** `NUVOM_LOG_FORMAT` */
  readonly logFormat: "text" | "json";
}

/** One setting, for `nuvom config`. */
export interface SettingRow {
  /** The name of its variable. */
  readonly env: string;
  /** As a person would write it; secrets are masked. */
  readonly value: string;
  /** `default`, `.env:3`, `environment`, the flag, or the name of a variable that others give it. */
  readonly source: string;
  /** What it means, in a sentence. */
  readonly doc: string;
}

/** Settings, their sources, and what else the environment says. */
export interface LoadedSettings {
  /** The values, by name. */
  readonly values: Settings;
  /** The same for people, with the source of each. */
  readonly table: readonly SettingRow[];
  /** Every variable of `.env` and the environment, for settings of plugins and `{ env = "X" }`. */
  readonly variables: ReadonlyMap<string, string>;
  /** Variables that look like misspelt settings. */
  readonly warnings: readonly string[];
}

/** Where settings are looked for. */
export interface SettingsSources {
  /** Absolute. */
  readonly cwd: string;
  /** The environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Options of the command line by name; undefined ones count as absent. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

const TRUE = ["1", "true", "yes", "on"];
const FALSE = ["0", "false", "no", "off"];

interface Found {
  readonly text: string;
  readonly source: string;
}

/**
 * Reads `.env` beside the manifest, and checks everything.
 * @throws {NuvomError} `NUVOM_SETTINGS_INVALID`, `NUVOM_SETTINGS_DOTENV`
 */
export function loadSettings({ cwd, env, flags = {} }: SettingsSources): LoadedSettings {
  const manifest = flags.manifest ?? env.NUVOM_MANIFEST_PATH ?? ".nuvom_plugins.toml";
  const manifestPath = absolute(String(manifest), cwd);
  const projectDir = folderOf(manifestPath);
  const dotenv = readDotenv(`${projectDir}/.env`);
  // It is found beside the manifest, so it can't say where the manifest is.
  dotenv.delete("NUVOM_MANIFEST_PATH");
  const found = new Map(SETTINGS.map((setting) => [setting.key, find(setting, flags, env, dotenv)]));
  const value = (key: string) => read(definition(key), found.get(key)!);
  const values = {
    ...Object.fromEntries(SETTINGS.map(({ key }) => [key, value(key)])),
    projectDir,
    manifestPath,
    stateDir: `${projectDir}/.nuvom`,
    cacheDir: cacheDir(String(value("cacheDir")), projectDir, env),
    sqlitePath: absolute(String(value("sqlitePath")), projectDir),
    filePath: absolute(String(value("filePath")), projectDir),
    maxWorkers: value("maxWorkers") || Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1)),
  } as unknown as Settings;
  const variables = new Map([
    ...[...dotenv].map(([name, { value }]) => [name, value] as const),
    ...Object.entries(env),
  ]);
  return {
    values,
    table: SETTINGS.map((row) => describe(row, found.get(row.key)!, values)),
    variables,
    warnings: warn(variables),
  };
}

function definition(key: string): SettingDefinition {
  return SETTINGS.find((setting) => setting.key === key)!;
}

function find(
  { flag, env: name, others = [], type, default: fallback }: SettingDefinition,
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string>>,
  dotenv: ReadonlyMap<string, DotenvValue>,
): Found {
  const given = flag === undefined ? undefined : flags[flag];
  // A switch that is left out says nothing.
  const says = given !== undefined && !(type === "boolean" && given === false);
  if (says) return { text: String(given), source: `--${flag}` };
  // An empty variable is how a service manager says "not set".
  if (env[name] !== undefined && env[name] !== "") return { text: env[name], source: "environment" };
  const line = dotenv.get(name);
  if (line !== undefined && line.value !== "") return { text: line.value, source: line.place };
  const other = others.find((one) => env[one] !== undefined);
  if (other !== undefined && env[other] !== "") return { text: env[other]!, source: other };
  return { text: fallback, source: "default" };
}

function read(setting: SettingDefinition, { text, source }: Found): string | number | boolean {
  if (source === "default" && text === "") return setting.type === "string" || setting.type === "levels" ? "" : 0;
  switch (setting.type) {
    case "string":
      if (text.trim() === "") throw invalidSetting(setting, text, source);
      return text;
    case "levels": {
      const levels = readLogLevels(text);
      // What counts for all has a setting of its own.
      if (levels === null || Object.hasOwn(levels, "")) throw invalidSetting(setting, text, source);
      return text;
    }
    case "choice": {
      const choice = setting.choices!.find((known) => known.toLowerCase() === text.toLowerCase());
      if (choice === undefined) throw invalidSetting(setting, text, source);
      return choice;
    }
    case "boolean": {
      const word = text.trim().toLowerCase();
      if (!TRUE.includes(word) && !FALSE.includes(word)) throw invalidSetting(setting, text, source);
      return TRUE.includes(word);
    }
    case "integer":
    case "seconds": {
      const number = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN;
      const whole = setting.type === "seconds" || Number.isInteger(number);
      if (!whole || !(number >= setting.min! && number <= setting.max!)) throw invalidSetting(setting, text, source);
      return setting.type === "seconds" ? Math.round(number * 1_000) : number;
    }
  }
}

function describe(setting: SettingDefinition, found: Found, values: Settings): SettingRow {
  const effective = values[setting.key as keyof Settings];
  const shown = setting.type === "seconds" ? String(Number(effective) / 1_000) : String(effective);
  return {
    env: setting.env,
    value: setting.secret && shown !== "" ? "********" : shown,
    source: found.source,
    doc: setting.doc,
  };
}

/** Only near misses: plugins have variables of their own, such as `NUVOM_PROMETHEUS_PORT`. */
function warn(variables: ReadonlyMap<string, string>): string[] {
  const known = SETTINGS.map(({ env }) => env as string);
  return [...variables.keys()].filter((name) => name.startsWith("NUVOM_") && !known.includes(name)).flatMap((name) => {
    const nearest = nearestName(name, known);
    const near = nearest !== undefined && Math.abs(nearest.length - name.length) <= 2 &&
      sharedStart(name, nearest) >= 10;
    return near ? [`The variable ${name} is no setting of nuvom. Did you mean "${nearest}"?`] : [];
  });
}

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

function readDotenv(path: string): Map<string, DotenvValue> {
  try {
    return parseDotenv(Deno.readTextFileSync(path), ".env");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return new Map();
    throw error;
  }
}

function cacheDir(set: string, projectDir: string, env: Readonly<Record<string, string>>): string {
  if (set !== "") return absolute(set, projectDir);
  if (env.XDG_CACHE_HOME) return `${env.XDG_CACHE_HOME}/nuvom`;
  return env.HOME ? `${env.HOME}/.cache/nuvom` : `${projectDir}/.nuvom/cache`;
}

function absolute(path: string, base: string): string {
  // By way of a URL, so that `.` and `..` are taken out.
  const joined = path.startsWith("/") ? path : `${base}/${path}`;
  return decodeURIComponent(
    new URL(`file://${encodeURI(joined).replaceAll("#", "%23").replaceAll("?", "%3F")}`).pathname,
  );
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
