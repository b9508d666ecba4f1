/** Reads `[plugin.NAME]`. @module */

import { MAX_MEMORY_MB, MIN_MEMORY_MB, type PluginSection, type SettingSource } from "./manifest.ts";
import { badPluginName, badSpecifier, badValue, importsWithoutSource } from "./manifest_errors.ts";
import type { ManifestNode } from "./manifest_node.ts";
import type { OwnFiles } from "./own_files.ts";
import { absolutePath } from "./paths.ts";
import { readPermissions } from "./read_permissions.ts";
import { isRemoteText, readRemoteUrl } from "./remote_text.ts";
import { DEFAULT_RESTART, type RestartLimit } from "./restart_budget.ts";
import { resolveSpecifier } from "./specifier.ts";

const KEYS = [
  "source",
  "imports",
  "permissions",
  "isolation",
  "memory_mb",
  "start_timeout",
  "call_timeout",
  "restart",
  "optional",
  "settings",
] as const;
const ISOLATIONS = ["process", "worker", "inline"] as const;
const SHORTEST = "100ms";
const LONGEST = "1h";
const MOST_RESTARTS = 1_000;
const EXAMPLE = 'plugin.prometheus = { permissions = { net = ["127.0.0.1:9150"] } }';

/** @param own What of nuvom foreign code may not read or write. */
export async function readPluginSection(name: string, node: ManifestNode, own: OwnFiles): Promise<PluginSection> {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(name)) throw badPluginName(node.place, name);
  const keys = node.record(KEYS, EXAMPLE);
  // Before a module is imported its name is not known, and it can't be imported without them.
  if (keys.imports !== undefined && keys.source === undefined) throw importsWithoutSource(keys.imports.place, name);
  return {
    name,
    permissions: keys.permissions === undefined ? {} : readPermissions(keys.permissions, own),
    optional: keys.optional?.flag("optional = true") ?? false,
    settings: keys.settings === undefined ? {} : readSettings(keys.settings),
    place: node.place,
    ...defined({
      source: keys.source && await readSource(keys.source),
      imports: keys.imports && readImports(keys.imports),
      isolation: keys.isolation?.choice(ISOLATIONS, 'isolation = "process"'),
      memoryMb: keys.memory_mb?.whole(MIN_MEMORY_MB, MAX_MEMORY_MB, "memory_mb = 256"),
      startTimeoutMs: keys.start_timeout?.duration(SHORTEST, LONGEST, 'start_timeout = "30s"'),
      callTimeoutMs: keys.call_timeout?.duration(SHORTEST, LONGEST, 'call_timeout = "30s"'),
      restart: keys.restart && readRestart(keys.restart),
    }),
  };
}

/** Without the fields that are undefined: what is not written is not there. */
function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function readRestart(node: ManifestNode): RestartLimit {
  const example = 'restart = { max = 5, within = "1m" }';
  const { max, within } = node.record(["max", "within"], example);
  return {
    max: max?.whole(0, MOST_RESTARTS, example) ?? DEFAULT_RESTART.max,
    withinMs: within?.duration("1s", "1d", example) ?? DEFAULT_RESTART.withinMs,
  };
}

async function readSource(node: ManifestNode): Promise<string> {
  const specifier = node.text('source = "./plugins/my_queue.ts"');
  const { module, exportName } = await resolveSpecifier(specifier, node.folder, node.place);
  if (exportName === null) return module;
  throw badSpecifier(node.place, specifier, "names an export; a source is a module", "Write it without the export.");
}

function readImports(node: ManifestNode): Record<string, string> {
  const example = 'imports = { zod = "https://esm.example.com/zod@4.1.0" }';
  return Object.fromEntries([...node.table(example)].map(([name, value]) => {
    const text = value.text(example);
    if (!isRemoteText(text)) throw badValue(value.place, value.shown, "is no https URL", example);
    if (/^(\.{0,2}\/|[a-z][a-z0-9+.-]*:)/i.test(name)) {
      throw badValue(value.place, value.shown, "maps what is no bare name", example);
    }
    if (name.endsWith("/") !== text.endsWith("/")) {
      throw badValue(value.place, value.shown, "must end with a slash where its name does, and only there", example);
    }
    return [name, readRemoteUrl(text, value.place)];
  }));
}

function readSettings(node: ManifestNode): Record<string, SettingSource> {
  const example = 'settings = { port = 9150, token = { env = "TOKEN" } }';
  return Object.fromEntries([...node.table(example)].map(([key, value]) => [key, readSetting(value)]));
}

function readSetting(node: ManifestNode): SettingSource {
  const { place } = node;
  const [only, ...others] = node.isTable ? node.children : [];
  if (only !== undefined && others.length === 0) {
    const key = only.path.at(-1);
    if (key === "env") return { kind: "env", name: readVariable(only), place };
    if (key === "file") return { kind: "file", path: absolutePath(only.text(FILE), node.folder), place };
  }
  refuseUnsendable(node);
  return { kind: "value", value: node.value, place };
}

const ENV = '{ env = "TOKEN" }';
const FILE = '{ file = "/run/secrets/token" }';

function readVariable(node: ManifestNode): string {
  const name = node.text(ENV);
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw badValue(node.place, node.shown, `is ${JSON.stringify(name)}, which is no name of a variable`, ENV);
}

/** A plugin may be in another process, and gets what JSON can say. */
function refuseUnsendable(node: ManifestNode): void {
  const { value } = node;
  node.children.forEach(refuseUnsendable);
  if (value instanceof Date) throw node.wrong("a text, number, list or table", `"${value.toISOString()}"`);
  if (typeof value !== "number") return;
  const safe = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
  if (!safe) throw badValue(node.place, node.shown, "is a number that can't be kept exactly", '"9007199254740993"');
}
