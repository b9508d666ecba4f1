/** What a plugin's `start` gets, and where each value came from. @module */

import type { PluginSettings, SettingSpec, SettingsSchema } from "../core/mod.ts";
import type { PluginSection, SettingSource } from "./manifest.ts";
import { showSetting } from "./show_setting.ts";
import { type FoundSetting, readSource } from "./setting_source.ts";
import { settingMissing, settingType, settingUnknown } from "./setting_errors.ts";
import { hasType, parseSetting } from "./setting_type.ts";
import { ownVariables, type PluginNames, variableOf } from "./setting_variables.ts";

/** One setting of a plugin, for `nuvom plugin inspect`. */
export interface PluginSettingRow {
  readonly name: string;
  /** A text as it is, other values as JSON; secrets are masked. Empty when nothing sets it. */
  readonly value: string;
  /** `default`, `.nuvom_plugins.toml:9:14`, `the variable X`, `the file /x`, or `not set`. */
  readonly source: string;
  readonly description: string;
}

/** The settings of a plugin, checked. */
export interface EffectiveSettings {
  readonly values: PluginSettings;
  readonly rows: readonly PluginSettingRow[];
}

/** Where the settings of a plugin are looked for. */
export interface PluginSettingsSources extends PluginNames {
  /** What the plugin declares; empty when it declares nothing. */
  readonly schema: SettingsSchema;
  /** Undefined when the manifest says nothing of the plugin. */
  readonly section: PluginSection | undefined;
  /** Of `.env` and the environment. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * Gathers the settings of a plugin: the manifest over variables that begin with the plugin's name over the defaults of its
 * schema. A plugin without a schema gets all that is written for it, as it is written.
 *
 * @throws {NuvomError} `NUVOM_PLUGIN_SETTING_…`
 */
export async function pluginSettings(sources: PluginSettingsSources): Promise<EffectiveSettings> {
  const { schema, section } = sources;
  const declared = Object.keys(schema);
  const written = section?.settings ?? {};
  if (declared.length > 0) refuseUnknown(sources.name, written, declared);
  const own = ownVariables(sources.variables, sources, declared);
  const names = declared.length > 0 ? declared : new Set([...Object.keys(written), ...own.keys()]);
  const values: [string, unknown][] = [];
  const rows: PluginSettingRow[] = [];
  for (const name of names) {
    const { value, row } = await readSetting(name, sources, own);
    if (value !== undefined) values.push([name, value]);
    rows.push(row);
  }
  return { values: Object.fromEntries(values), rows };
}

function refuseUnknown(
  plugin: string,
  written: Readonly<Record<string, SettingSource>>,
  declared: readonly string[],
): void {
  const unknown = Object.entries(written).find(([name]) => !declared.includes(name));
  if (unknown !== undefined) throw settingUnknown(plugin, unknown[0], unknown[1].place, declared);
}

async function readSetting(
  name: string,
  sources: PluginSettingsSources,
  own: ReadonlyMap<string, string>,
): Promise<{ value: unknown; row: PluginSettingRow }> {
  const { name: plugin, schema } = sources;
  const spec = Object.hasOwn(schema, name) ? schema[name] : undefined;
  const description = spec?.description ?? "";
  const found = await find(name, spec, sources, own);
  if (found !== null) {
    const value = coerce(plugin, name, spec, found);
    const shown = showSetting(name, value, spec, found.isHidden);
    return { value, row: { name, value: shown, source: found.source, description } };
  }
  if (spec?.required) throw settingMissing(plugin, name, spec.type, variableOf(plugin, name));
  return { value: undefined, row: { name, value: "", source: "not set", description } };
}

async function find(
  name: string,
  spec: SettingSpec | undefined,
  { name: plugin, section, variables }: PluginSettingsSources,
  own: ReadonlyMap<string, string>,
): Promise<FoundSetting | null> {
  if (section !== undefined && Object.hasOwn(section.settings, name)) {
    return await readSource(plugin, name, section.settings[name]!, variables);
  }
  const variable = own.get(name);
  if (variable !== undefined) {
    // Of a plugin without a schema nobody said that it is no secret.
    const value = variables.get(variable);
    return { value, source: `the variable ${variable}`, isText: true, isHidden: spec === undefined };
  }
  if (spec?.default === undefined) return null;
  return { value: spec.default, source: "default", isText: false, isHidden: false };
}

/** Text becomes what the schema wants; anything else must be that already. */
function coerce(plugin: string, name: string, spec: SettingSpec | undefined, found: FoundSetting): unknown {
  if (spec === undefined) return found.value;
  const value = found.isText ? parseSetting(String(found.value), spec.type) : found.value;
  if (hasType(value, spec.type)) return value;
  throw settingType(plugin, name, spec.type, found.source === "default" ? "its own default" : found.source);
}
