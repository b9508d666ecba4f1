/** What plugins ask for, against what the manifest grants. @module */

import { PERMISSION_KINDS, type PermissionKind, type PermissionSet, type PluginSettings } from "../core/mod.ts";
import type { MissingPermission } from "../sandbox/mod.ts";
import { pathInManifest } from "./paths.ts";
import { checkPermissionItem, permissionCovers } from "./permission_item.ts";
import { badRequest } from "./setting_errors.ts";

type Scope = readonly string[] | true;

/** The variables of `.env` and the environment that an `env` permission covers. */
export function grantedVariables(
  permissions: PermissionSet,
  variables: ReadonlyMap<string, string>,
): Record<string, string> {
  const { env = [] } = permissions;
  const granted = (name: string) => env === true || env.some((item) => permissionCovers("env", item, name));
  return Object.fromEntries([...variables].filter(([name]) => granted(name)));
}

/**
 * What a plugin asks for, once its settings are known: `net: ["{host}:{port}"]` takes the settings `host` and `port`. An item
 * whose setting has no value is left out: the plugin can't use it either.
 *
 * @param folder Of the manifest; paths become absolute.
 * @param who For the message: `The plugin "x"`.
 * @throws {NuvomError} `NUVOM_PLUGIN_REQUEST` when an item is not what Deno takes.
 */
export function resolveRequest(
  asked: PermissionSet,
  settings: PluginSettings,
  folder: string,
  who = "A plugin",
): PermissionSet {
  return mapScopes((kind) => {
    const scope = asked[kind];
    if (scope === undefined || scope === true) return scope;
    return scope.flatMap((template) => {
      const text = fillIn(template, settings);
      if (text === null) return [];
      const checked = checkPermissionItem(kind, text, folder);
      if ("problem" in checked) throw badRequest(who, kind, template, checked.problem);
      return [checked.item];
    });
  });
}

/** What of `asked` is not granted; null when nothing is missing. Both with absolute paths. */
export function missingPermissions(asked: PermissionSet, granted: PermissionSet): PermissionSet | null {
  const missing = mapScopes((kind) => missingOf(kind, asked[kind] ?? [], granted[kind] ?? []));
  return Object.keys(missing).length === 0 ? null : missing;
}

/** All that either of two grants gives. */
export function mergePermissions(a: PermissionSet, b: PermissionSet): PermissionSet {
  return mapScopes((kind) => {
    const [left, right] = [a[kind] ?? [], b[kind] ?? []];
    if (left === true || right === true) return true;
    return [...left, ...right.filter((item) => !left.some((other) => permissionCovers(kind, other, item)))];
  });
}

/**
 * The lines of the manifest that grant exactly these permissions.
 * @param name Of the plugin; null for `[tasks]`.
 * @param folder Of the manifest: paths in it are written relative to it.
 */
export function grantToml(name: string | null, permissions: PermissionSet, folder?: string): string {
  return `${sectionOf(name)}\n${permissionsToml(permissions, folder)}`;
}

/**
 * The same as part of a sentence: `write permissions = { net = ["a:1"] } under [tasks] in /srv/.nuvom_plugins.toml`.
 * @param refused A permission that was missing.
 * @param granted What the manifest grants without it.
 */
export function grantAdvice(
  name: string | null,
  refused: MissingPermission,
  granted: PermissionSet,
  manifest: { readonly path: string; readonly folder: string },
): string {
  const needed = mergePermissions(granted, { [refused.kind]: refused.value === null ? true : [refused.value] });
  return `write ${permissionsToml(needed, manifest.folder)} under ${sectionOf(name)} in ${manifest.path}`;
}

/** What was refused, for the middle of a sentence: `net access to "a.example.com:443"`. */
export function accessText({ kind, value }: MissingPermission): string {
  return `${kind} access${value === null ? "" : ` to "${value}"`}`;
}

function sectionOf(name: string | null): string {
  return `[${name === null ? "tasks" : `plugin.${name}`}]`;
}

function permissionsToml(permissions: PermissionSet, folder?: string): string {
  const kinds = PERMISSION_KINDS.filter((kind) => permissions[kind] !== undefined)
    .map((kind) => `${kind} = ${scopeToml(kind, permissions[kind]!, folder)}`);
  if (isFullTrust(permissions)) kinds.push("full_trust = true");
  return `permissions = ${kinds.length === 0 ? "{}" : `{ ${kinds.join(", ")} }`}`;
}

/** The same with paths as they are written in the manifest; `resolveRequest` with no settings is the way back. */
export function writtenPermissions(permissions: PermissionSet, folder: string): PermissionSet {
  return mapScopes((kind) => {
    const scope = permissions[kind];
    return scope === undefined || scope === true ? scope : scope.map((item) => shorten(kind, item, folder));
  });
}

/** Whether it lets foreign code do whatever nuvom can: it starts programs, or loads native code. */
function isFullTrust({ run, ffi }: PermissionSet): boolean {
  return run !== undefined || ffi !== undefined;
}

/** For the middle of a sentence: `net a.example.com:443; read ./data, ./more`, `nothing`. */
export function permissionLines(permissions: PermissionSet): string {
  const kinds = PERMISSION_KINDS.filter((kind) => permissions[kind] !== undefined);
  const shown = kinds.map((kind) => `${kind} ${permissions[kind] === true ? "(all)" : permissions[kind]!.join(", ")}`);
  return shown.join("; ") || "nothing";
}

/** Kinds without an item are left out. */
function mapScopes(scopeOf: (kind: PermissionKind) => Scope | undefined): PermissionSet {
  const scopes = PERMISSION_KINDS.map((kind) => [kind, scopeOf(kind)] as const);
  return Object.fromEntries(scopes.filter(([, scope]) => scope === true || (scope !== undefined && scope.length > 0)));
}

function fillIn(template: string, settings: PluginSettings): string | null {
  let complete = true;
  const text = template.replace(/\{([A-Za-z0-9_-]+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (typeof value === "string" || typeof value === "number") return String(value);
    complete = false;
    return "";
  });
  return complete ? text : null;
}

function missingOf(kind: PermissionKind, asked: Scope, granted: Scope): Scope {
  if (granted === true) return [];
  if (asked === true) return true;
  return asked.filter((item) => !granted.some((other) => permissionCovers(kind, other, item)));
}

function scopeToml(kind: PermissionKind, scope: Scope, folder: string | undefined): string {
  if (scope === true) return "true";
  return `[${
    scope.map((item) => JSON.stringify(folder === undefined ? item : shorten(kind, item, folder))).join(", ")
  }]`;
}

function shorten(kind: PermissionKind, item: string, folder: string): string {
  if (kind === "read" || kind === "write" || kind === "ffi" || kind === "run") return pathInManifest(item, folder);
  return item.startsWith("unix:") ? `unix:${pathInManifest(item.slice("unix:".length), folder)}` : item;
}
