/** Finds the plugin in a module and reads what it says of itself. @module */

import {
  API_VERSION,
  CAPABILITIES,
  type Capability,
  PERMISSION_KINDS,
  type PermissionSet,
  type Plugin,
  type PluginMetadata,
  type SettingsSchema,
} from "../../../core/mod.ts";
import { isTask } from "../../../sdk/internal.ts";
import { badShape, exportMissing, noPluginExport, tasksInstead, wrongApi } from "./errors.ts";

/** A plugin and its metadata. */
export interface FoundPlugin {
  readonly plugin: Plugin;
  readonly metadata: PluginMetadata;
}

/**
 * @param exportName Null: the default export, else the only one with the shape.
 * @throws {NuvomError} `NUVOM_PLUGIN_EXPORT_MISSING`, `NUVOM_PLUGIN_SHAPE`, `NUVOM_PLUGIN_API`
 */
export function findPlugin(
  source: string,
  module: Readonly<Record<string, unknown>>,
  exportName: string | null,
): FoundPlugin {
  const name = exportName ?? chooseExport(source, module);
  if (isTask(module[name])) throw tasksInstead(source);
  if (!Object.hasOwn(module, name)) throw exportMissing(source, name, Object.keys(module));
  const plugin = instantiate(source, name, module[name]);
  const problems = shapeProblems(plugin);
  if (problems.length > 0) throw badShape(source, name, problems);
  return { plugin: plugin as Plugin, metadata: metadataOf(plugin as Plugin, name) };
}

function chooseExport(source: string, module: Readonly<Record<string, unknown>>): string {
  if (module.default !== undefined) return "default";
  const found = Object.keys(module).filter((name) => looksLikePlugin(module[name]));
  if (found.length === 0 && Object.values(module).some(isTask)) throw tasksInstead(source);
  if (found.length !== 1) throw noPluginExport(source, found);
  return found[0]!;
}

/** Without constructing anything: a class is judged by its prototype. */
function looksLikePlugin(value: unknown): boolean {
  const shape = typeof value === "function" ? value.prototype : value;
  return typeof shape === "object" && shape !== null && typeof shape.start === "function" &&
    typeof shape.stop === "function";
}

function instantiate(source: string, name: string, value: unknown): unknown {
  if (typeof value !== "function") return value;
  try {
    return Reflect.construct(value, []);
  } catch (error) {
    throw badShape(source, name, [`it can't be constructed without arguments (${(error as Error).message})`]);
  }
}

function shapeProblems(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [`it is ${value === null ? "null" : `a ${typeof value}`}`];
  const plugin = value as Record<string, unknown>;
  const problems: string[] = [];
  const need = (good: boolean, problem: string) => good || problems.push(problem);
  const optional = (key: string, type: string) =>
    need(plugin[key] === undefined || typeof plugin[key] === type, `${key} is not a ${type}`);
  need(typeof plugin.name === "string" && /^[a-z0-9][a-z0-9_-]*$/.test(plugin.name), nameProblem(plugin.name));
  need(isStrings(plugin.provides), "provides is not a list of capabilities");
  if (isStrings(plugin.provides)) {
    const unknown = plugin.provides.filter((item) => !CAPABILITIES.includes(item as Capability));
    need(unknown.length === 0, `provides names ${unknown.join(", ")}, known are ${CAPABILITIES.join(", ")}`);
  }
  need(typeof plugin.start === "function", "start is not a function");
  need(typeof plugin.stop === "function", "stop is not a function");
  optional("health", "function");
  optional("apiVersion", "string");
  optional("version", "string");
  need(plugin.requires === undefined || isStrings(plugin.requires), "requires is not a list of names");
  need(plugin.permissions === undefined || isPermissions(plugin.permissions), "permissions are not lists by kind");
  need(plugin.settings === undefined || isSettings(plugin.settings), "settings are not { name: { type, … } }");
  return problems;
}

function nameProblem(name: unknown): string {
  return name === undefined
    ? "name is missing"
    : `name is ${JSON.stringify(name)}, not lower case letters, digits, _ and -`;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isPermissions(value: unknown): value is PermissionSet {
  return isObject(value) &&
    Object.entries(value).every(([kind, list]) =>
      PERMISSION_KINDS.some((known) => known === kind) && (list === true || isStrings(list))
    );
}

const TYPES = ["string", "number", "boolean", "array", "object"];

function isSettings(value: unknown): value is SettingsSchema {
  return isObject(value) && Object.values(value).every((spec) => isObject(spec) && TYPES.includes(String(spec.type)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function metadataOf(plugin: Plugin, exportName: string): PluginMetadata {
  const apiVersion = plugin.apiVersion ?? API_VERSION;
  if (apiVersion.split(".")[0] !== API_VERSION.split(".")[0]) throw wrongApi(plugin.name, apiVersion, API_VERSION);
  return {
    apiVersion,
    name: plugin.name,
    version: plugin.version ?? null,
    provides: [...plugin.provides],
    requires: [...plugin.requires ?? []],
    permissions: plugin.permissions ?? {},
    settings: plugin.settings ?? {},
    exportName,
  };
}
