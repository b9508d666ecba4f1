/** What a manifest says, read and checked. @module */

import type { Capability, PermissionSet } from "../core/mod.ts";
import type { Isolation } from "../sandbox/mod.ts";
import type { RestartLimit } from "./restart_budget.ts";

/** Range of `memory_mb`, as of `NUVOM_EXECUTOR_MEMORY_MB`. */
export const MIN_MEMORY_MB = 64;
/** See {@linkcode MIN_MEMORY_MB}. */
export const MAX_MEMORY_MB = 1_048_576;

/** `.nuvom_plugins.toml`, with absolute paths and durations in milliseconds. */
export interface Manifest {
  /** Absolute. */
  readonly path: string;
  /** Of the manifest: what relative paths are relative to, and where foreign files must stay. Absolute. */
  readonly folder: string;
  /** In the order in which they are written; a specifier that is listed under several capabilities stands here once. */
  readonly plugins: readonly PluginEntry[];
  /** `[plugin.NAME]` by name. */
  readonly sections: ReadonlyMap<string, PluginSection>;
  readonly tasks: TasksSection;
}

/** One plugin of `[plugins]`. */
export interface PluginEntry {
  /** As it is written. */
  readonly specifier: string;
  /** `file:` or `https:` URL, or `nuvom:NAME` for a plugin inside the executable. */
  readonly module: string;
  /** Null: the default export, else the only one with the shape of a plugin. */
  readonly exportName: string | null;
  /** The keys of `[plugins]` that list it. */
  readonly listedUnder: readonly Capability[];
  /** `.nuvom_plugins.toml:3:18`, for messages. */
  readonly place: string;
}

/** `[plugin.NAME]`; what is not written is undefined, and a setting decides. */
export interface PluginSection {
  readonly name: string;
  /** Pins the name to a module: another plugin that calls itself so is refused. Written and resolved as in `[plugins]`. */
  readonly source?: string;
  /** What bare specifiers in its modules mean: URLs, by name or, where both end with a slash, by beginning. */
  readonly imports?: Readonly<Record<string, string>>;
  /** What is granted; nothing else is. */
  readonly permissions: PermissionSet;
  /** By default `process` for a module from a URL, and `worker` for the project's own and the executable's. */
  readonly isolation?: Isolation;
  /** Resident memory, in MiB, at which the process of the plugin is ended and started again. */
  readonly memoryMb?: number;
  readonly startTimeoutMs?: number;
  readonly callTimeoutMs?: number;
  /**
   * How often it is started again after a crash: `restart = { max = 5, within = "1m" }` is the default. A plugin that
   * crashes once more within that time is `failed`; it is tried again only while a backend of it is in use (every
   * `within`, but no more often than every 30 s), or by `nuvom plugin reload`.
   */
  readonly restart?: RestartLimit;
  /** The worker goes on without it when it can't start. */
  readonly optional: boolean;
  readonly settings: Readonly<Record<string, SettingSource>>;
  /** `.nuvom_plugins.toml:7:9`, for messages. */
  readonly place: string;
}

/** A value of `[plugin.NAME] settings`, or where it is to be read; `place` is `.nuvom_plugins.toml:9:14`, for messages. */
export type SettingSource =
  | { readonly kind: "value"; readonly value: unknown; readonly place: string }
  | { readonly kind: "env"; readonly name: string; readonly place: string }
  /** Absolute path of a file whose text, without a line break at its end, is the value. */
  | { readonly kind: "file"; readonly path: string; readonly place: string };

/** `[tasks]`. */
export interface TasksSection {
  readonly modules: readonly TaskPattern[];
  readonly permissions: PermissionSet;
  /** Of an executor, in MiB. */
  readonly memoryMb?: number;
  /** `.nuvom_plugins.toml:10:2`, for messages; the file alone when there is no such table. */
  readonly place: string;
}

/** One item of `[tasks] modules`. */
export interface TaskPattern {
  /** A path or a pattern relative to the manifest, or a URL, as it is written. */
  readonly text: string;
  /** `.nuvom_plugins.toml:12:15`, for messages. */
  readonly place: string;
}
