/** Every setting of nuvom, in one table. @module */

/** What a setting is. */
export interface SettingDefinition {
  /** Of the field in `Settings`. */
  readonly key: string;
  readonly env: `NUVOM_${string}`;
  /** The option of the command line that sets it, without dashes. */
  readonly flag?: string;
  readonly type: "string" | "integer" | "seconds" | "choice" | "boolean";
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** As it would stand in `.env`. */
  readonly default: string;
  readonly doc: string;
  readonly secret?: boolean;
}

const DAY_SECS = 86_400;

/** Numbers of `_SECS` settings are seconds and may have a fraction. */
export const SETTINGS: readonly SettingDefinition[] = [
  {
    key: "environment",
    env: "NUVOM_ENVIRONMENT",
    type: "string",
    default: "dev",
    doc: "A name for this deployment; shown in logs.",
  },
  {
    key: "manifestPath",
    env: "NUVOM_MANIFEST_PATH",
    flag: "manifest",
    type: "string",
    default: ".nuvom_plugins.toml",
    doc: "The manifest; its folder is the project's.",
  },
  {
    key: "queueBackend",
    env: "NUVOM_QUEUE_BACKEND",
    flag: "queue-backend",
    type: "string",
    default: "sqlite",
    doc: "Where jobs wait: sqlite, memory, or a name that a plugin registers.",
  },
  {
    key: "resultBackend",
    env: "NUVOM_RESULT_BACKEND",
    flag: "result-backend",
    type: "string",
    default: "sqlite",
    doc: "Where results are kept: sqlite, memory, or a name that a plugin registers.",
  },
  {
    key: "sqlitePath",
    env: "NUVOM_SQLITE_PATH",
    type: "string",
    default: ".nuvom/nuvom.db",
    doc: "The database of the sqlite backends, relative to the project.",
  },
  {
    key: "sqliteSynchronous",
    env: "NUVOM_SQLITE_SYNCHRONOUS",
    type: "choice",
    choices: ["NORMAL", "FULL"],
    default: "NORMAL",
    doc: "FULL also survives a power cut, at a price in speed.",
  },
  {
    key: "maxWorkers",
    env: "NUVOM_MAX_WORKERS",
    flag: "workers",
    type: "integer",
    min: 1,
    max: 256,
    default: "",
    doc: "Executors (child processes) of a worker. By default one fewer than the machine has cores, 1 to 4.",
  },
  {
    key: "concurrency",
    env: "NUVOM_CONCURRENCY",
    flag: "concurrency",
    type: "integer",
    min: 1,
    max: 10_000,
    default: "10",
    doc: "Attempts that one executor runs at a time.",
  },
  {
    key: "batchSize",
    env: "NUVOM_BATCH_SIZE",
    type: "integer",
    min: 1,
    max: 10_000,
    default: "100",
    doc: "Jobs that are leased and settled at once, at most.",
  },
  {
    key: "jobTimeoutMs",
    env: "NUVOM_JOB_TIMEOUT_SECS",
    type: "seconds",
    min: 0,
    max: 30 * DAY_SECS,
    default: "60",
    doc: "Longest run of an attempt of a task that sets none; 0 is no limit.",
  },
  {
    key: "timeoutGraceMs",
    env: "NUVOM_TIMEOUT_GRACE_SECS",
    type: "seconds",
    min: 0,
    max: DAY_SECS,
    default: "5",
    doc: "After a timeout's abort, how long until the executor is killed.",
  },
  {
    key: "timeoutPolicy",
    env: "NUVOM_TIMEOUT_POLICY",
    type: "choice",
    choices: ["retry", "fail", "ignore"],
    default: "retry",
    doc: "What a timeout does to a job whose task does not say.",
  },
  {
    key: "retryDelayMs",
    env: "NUVOM_RETRY_DELAY_SECS",
    type: "seconds",
    min: 0,
    max: 365 * DAY_SECS,
    default: "5",
    doc: "Base of the exponential backoff of tasks that set none.",
  },
  {
    key: "leaseMs",
    env: "NUVOM_LEASE_SECS",
    type: "seconds",
    min: 0.2,
    max: DAY_SECS,
    default: "6",
    doc: "How long a lease lasts without being renewed: after a crash its jobs are rescued then.",
  },
  {
    key: "shutdownGraceMs",
    env: "NUVOM_SHUTDOWN_GRACE_SECS",
    type: "seconds",
    min: 0,
    max: DAY_SECS,
    default: "30",
    doc: "How long running jobs may go on when the worker stops.",
  },
  {
    key: "memoryMb",
    env: "NUVOM_EXECUTOR_MEMORY_MB",
    type: "integer",
    min: 64,
    max: 1_048_576,
    default: "1024",
    doc: "Resident memory, in MiB, at which an executor is killed and replaced.",
  },
  {
    key: "pluginStartTimeoutMs",
    env: "NUVOM_PLUGIN_START_TIMEOUT_SECS",
    type: "seconds",
    min: 0.1,
    max: 3_600,
    default: "10",
    doc: "How long the import and the start of a plugin may take.",
  },
  {
    key: "pluginStopTimeoutMs",
    env: "NUVOM_PLUGIN_STOP_TIMEOUT_SECS",
    type: "seconds",
    min: 0.1,
    max: 3_600,
    default: "5",
    doc: "How long the stop of a plugin may take.",
  },
  {
    key: "pluginCallTimeoutMs",
    env: "NUVOM_PLUGIN_CALL_TIMEOUT_SECS",
    type: "seconds",
    min: 0.1,
    max: 3_600,
    default: "30",
    doc: "How long one call into a plugin may take.",
  },
  {
    key: "cacheDir",
    env: "NUVOM_CACHE_DIR",
    type: "string",
    default: "",
    doc: "What may be deleted at any time. By default $XDG_CACHE_HOME/nuvom, ~/.cache/nuvom, or .nuvom/cache.",
  },
  {
    key: "frozen",
    env: "NUVOM_FROZEN",
    flag: "frozen",
    type: "boolean",
    default: "false",
    doc: "Whether every change of the lock is refused: for servers and continuous integration.",
  },
  {
    key: "offline",
    env: "NUVOM_OFFLINE",
    flag: "offline",
    type: "boolean",
    default: "false",
    doc: "Whether nothing is fetched: code from URLs comes from the store alone.",
  },
  {
    key: "allowHttpLoopback",
    env: "NUVOM_ALLOW_HTTP_LOOPBACK",
    flag: "allow-http-loopback",
    type: "boolean",
    default: "false",
    doc: "Whether modules may come from this machine by plain http; for tests.",
  },
  {
    key: "allowedHosts",
    env: "NUVOM_ALLOWED_HOSTS",
    type: "string",
    default: "",
    doc: "Hosts that modules may come from though their addresses are not public, separated by commas.",
  },
  {
    key: "authTokens",
    env: "NUVOM_AUTH_TOKENS",
    type: "string",
    default: "",
    secret: true,
    doc: "Tokens for hosts of modules: host=token or host=user:password, separated by semicolons.",
  },
  {
    key: "logLevel",
    env: "NUVOM_LOG_LEVEL",
    flag: "log-level",
    type: "choice",
    choices: ["debug", "info", "warn", "error"],
    default: "info",
    doc: "The least level that is logged, in any case.",
  },
  {
    key: "logFormat",
    env: "NUVOM_LOG_FORMAT",
    flag: "log-format",
    type: "choice",
    choices: ["text", "json"],
    default: "text",
    doc: "Log lines for people or for programs.",
  },
];
