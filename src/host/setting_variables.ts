/** Which variables set which settings of a plugin. @module */

import { SETTINGS } from "../settings/mod.ts";

/** A plugin among others. */
export interface PluginNames {
  readonly name: string;
  /** Names of the other plugins. @default [] */
  readonly others?: readonly string[];
}

/**
 * The variables that are a plugin's own, by setting: `NUVOM_PROMETHEUS_PORT` is `prometheus_port` of `prometheus`, or `port`
 * when its schema calls it that. An empty variable counts as not set, and what nuvom itself or a plugin with a longer name
 * that fits calls its own stays away: `NUVOM_REDIS_STREAMS_URL` is not for `redis` where there is `redis-streams`.
 *
 * @param declared Names in the schema; empty when there is none: then every variable of the plugin is a setting.
 */
export function ownVariables(
  variables: ReadonlyMap<string, string>,
  { name, others = [] }: PluginNames,
  declared: readonly string[],
): Map<string, string> {
  const isOwn = (variable: string) =>
    variable.startsWith(prefixOf(name)) && !SETTINGS.some(({ env }) => env === variable) &&
    !others.some((other) => other.length > name.length && variable.startsWith(prefixOf(other)));
  const own = new Set([...variables].filter(([variable, text]) => text !== "" && isOwn(variable)).map(([key]) => key));
  if (declared.length === 0) return new Map([...own].map((key) => [key.slice("NUVOM_".length).toLowerCase(), key]));
  return new Map(
    declared.flatMap((setting) => {
      const variable = variableOf(name, setting);
      return own.has(variable) ? [[setting, variable] as const] : [];
    }),
  );
}

/** The variable that sets a setting: the plugin's name stands in it once. */
export function variableOf(plugin: string, setting: string): string {
  const variable = `NUVOM_${upper(setting)}`;
  return variable.startsWith(prefixOf(plugin)) ? variable : `${prefixOf(plugin)}${upper(setting)}`;
}

function prefixOf(plugin: string): string {
  return `NUVOM_${upper(plugin)}_`;
}

function upper(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
