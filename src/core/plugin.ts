/** The contract of a plugin, and the narrow object that it gets. @module */

import type { BasicQueue, QueueBackend } from "./queue_backend.ts";
import type { Hook } from "./hooks.ts";
import type { MetricsProvider, MetricsSnapshot } from "./metrics.ts";
import type { ResultBackend } from "./result_backend.ts";

/** The version of the plugin contract; a plugin of another major version is refused. */
export const API_VERSION = "1.0";

/** What a plugin can provide. */
export const CAPABILITIES = ["queue_backend", "result_backend", "monitoring", "lifecycle_hook", "cli"] as const;
/** See {@linkcode CAPABILITIES}. */
export type Capability = (typeof CAPABILITIES)[number];

/** The kinds of permission that Deno knows. */
export const PERMISSION_KINDS = ["read", "write", "net", "env", "run", "ffi", "sys", "import"] as const;
/** See {@linkcode PERMISSION_KINDS}. */
export type PermissionKind = (typeof PERMISSION_KINDS)[number];

/** Permissions as the manifest and plugins write them: a list for each kind; true is the whole kind. */
export type PermissionSet = { readonly [K in PermissionKind]?: readonly string[] | true };

/** One setting of a plugin. */
export interface SettingSpec {
  /** What the value must be. */
  readonly type: "string" | "number" | "boolean" | "array" | "object";
  /** One line, for `nuvom plugin inspect`. */
  readonly description?: string;
  /** The value where nothing else gives one. */
  readonly default?: unknown;
  /** Without a value the plugin does not start. @default false */
  readonly required?: boolean;
  /** Masked wherever settings are shown. @default false */
  readonly secret?: boolean;
}

/** The settings of a plugin by name. */
export type SettingsSchema = Readonly<Record<string, SettingSpec>>;

/** Values of settings as a plugin gets them. */
export type PluginSettings = Readonly<Record<string, unknown>>;

/**
 * A plugin: a class that is constructed without arguments, or an object. Importing its module must do nothing; only
 * `start` acts. Only `name`, `provides`, `start` and `stop` are required.
 *
 * @example
 * ```ts
 * import type { Plugin } from "nuvom";
 *
 * export default {
 *   name: "hello",
 *   provides: ["monitoring"],
 *   start(_settings, context) {
 *     context?.log.info("hello");
 *   },
 *   stop() {},
 * } satisfies Plugin;
 * ```
 */
export interface Plugin {
  /** The version of the contract that it was written for. @default "1.0" */
  readonly apiVersion?: string;
  /** Unique in the manifest; lower case letters, digits, `_` and `-`. */
  readonly name: string;
  /** Of the plugin itself, for people. */
  readonly version?: string;
  /** What it registers in `start`. */
  readonly provides: readonly Capability[];
  /** Names of plugins that must be started before this one. Where one of them crashes later, this one goes on. */
  readonly requires?: readonly string[];
  /** What it asks for; what it gets is what the manifest grants. */
  readonly permissions?: PermissionSet;
  /** The settings that it knows. */
  readonly settings?: SettingsSchema;
  /**
   * Called once in each realm, before the worker takes jobs; has a time limit. A throw stops the worker from starting.
   * After a crash it is called again, in a new realm.
   */
  start(settings: PluginSettings, context: PluginContext): void | Promise<void>;
  /** Called once, in reverse order of the starts, also when a later plugin failed to start; has a time limit. */
  stop(): void | Promise<void>;
  /**
   * Rejects (or throws) when the plugin is not well. Called by `nuvom plugin status` and `nuvom plugin test`, and before
   * `nuvom plugin reload` puts a new instance in the place of the old one; never while nobody asks. A plugin that is not
   * well is shown so, and not started again for it. Has the time limit of a call.
   */
  health?(): void | Promise<void>;
}

/** What a factory of a backend is told. */
export interface BackendOptions {
  /** Data of different namespaces must not touch; `""` is the user's. */
  readonly namespace: string;
  /** The settings of the plugin, as `start` got them. */
  readonly settings: PluginSettings;
}

/** A class or function that makes a queue backend; `new` is used when it is a class. */
export type QueueFactory =
  | ((options: BackendOptions) => QueueBackend | BasicQueue | Promise<QueueBackend | BasicQueue>)
  | (new (options: BackendOptions) => QueueBackend | BasicQueue);

/** A class or function that makes a result backend. */
export type ResultFactory =
  | ((options: BackendOptions) => ResultBackend | Promise<ResultBackend>)
  | (new (options: BackendOptions) => ResultBackend);

/** A log that writes under the plugin's or the job's name. Fields must be plain data. */
export interface Logger {
  /** For whoever looks for a fault. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What an operator may want to know. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What an operator should look at. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What has gone wrong. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** A command that a plugin adds under its own name: `nuvom PLUGIN NAME …`. */
export interface PluginCommand {
  /** The word after the plugin's name. */
  readonly name: string;
  /** One line, for `nuvom PLUGIN --help`. */
  readonly summary: string;
  /**
   * Called with the words after its name, as they were typed, and may take as long as it needs. What it prints to the
   * console is the output of the command line; it has no standard input.
   *
   * @returns the exit code, 0 to 255; a throw is told as an error, with exit code 1.
   */
  run(args: readonly string[]): number | Promise<number>;
}

/** The narrow object that `start` gets. */
export interface PluginContext {
  /** A class that has only the original's five methods is adapted. */
  registerQueueBackend(name: string, factory: QueueFactory): void;
  /** Makes a result backend available under a name for `NUVOM_RESULT_BACKEND`. */
  registerResultBackend(name: string, factory: ResultFactory): void;
  /** Adds the plugin's own figures to what every exporter sees. */
  registerMetricsProvider(provider: MetricsProvider): void;
  /** Adds an observer of jobs. */
  registerHook(hook: Hook): void;
  /** Adds a command to the command line. */
  registerCommand(command: PluginCommand): void;
  /** Everything that there is to export, now. */
  metrics(): Promise<MetricsSnapshot>;
  /** Writes under the plugin's name. */
  readonly log: Logger;
  /** Aborted when the plugin must stop, before `stop` is called. */
  readonly signal: AbortSignal;
}

/** What the host learns of a plugin by importing its module, before any of it starts. Plain data. */
export interface PluginMetadata {
  /** As the plugin says, or the default. */
  readonly apiVersion: string;
  /** Of the plugin. */
  readonly name: string;
  /** Null where the plugin has none. */
  readonly version: string | null;
  /** What it says that it registers. */
  readonly provides: readonly Capability[];
  /** Plugins that must be started before it. */
  readonly requires: readonly string[];
  /** What it asks for. */
  readonly permissions: PermissionSet;
  /** The settings that it knows; empty where it declares none. */
  readonly settings: SettingsSchema;
  /** The export that it was found under. */
  readonly exportName: string;
}
