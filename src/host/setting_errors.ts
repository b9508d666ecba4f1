/** What can be wrong with the settings of a plugin and with what it asks for. All exit with 3. @module */

import { didYouMean, type ErrorCode, NuvomError, type PermissionKind, type SettingSpec } from "../core/mod.ts";

function error(code: ErrorCode, what: string, mend: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3, cause });
}

/** `NUVOM_PLUGIN_REQUEST`; the item is shown as the plugin writes it, since a setting may be secret. */
export function badRequest(who: string, kind: PermissionKind, template: string, problem: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_REQUEST",
    `${who} asks for the ${kind} permission ${JSON.stringify(template)}, which with its settings ${problem}.`,
    "Mend the settings that it names in braces, or what the plugin asks for.",
  );
}

/** `NUVOM_PLUGIN_SETTING_UNKNOWN` */
export function settingUnknown(plugin: string, name: string, place: string, known: readonly string[]): NuvomError {
  return error(
    "NUVOM_PLUGIN_SETTING_UNKNOWN",
    `${place}: the plugin "${plugin}" has no setting ${JSON.stringify(name)}.`,
    didYouMean(name, known, "setting"),
  );
}

/** `NUVOM_PLUGIN_SETTING_TYPE`; the value itself may be secret and is not shown. @param source `the variable X` */
export function settingType(plugin: string, name: string, type: SettingSpec["type"], source: string): NuvomError {
  const example =
    { string: '"text"', number: "9150", boolean: "true", array: '["a", "b"]', object: '{ "a": 1 }' }[type];
  const inToml = type === "object" ? "{ a = 1 }" : example;
  const inText = type === "string" ? "text" : example;
  return error(
    "NUVOM_PLUGIN_SETTING_TYPE",
    `The setting "${name}" of the plugin "${plugin}" must be ${WANTED[type]}, and ${source} says something else.`,
    `In the manifest such a value is written ${inToml}; in a variable or a file, ${inText}.`,
  );
}

/** `NUVOM_PLUGIN_SETTING_MISSING` @param variable That would set it. */
export function settingMissing(plugin: string, name: string, type: SettingSpec["type"], variable: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_SETTING_MISSING",
    `The plugin "${plugin}" needs the setting "${name}" (${WANTED[type]}), and nothing sets it.`,
    `Write it in the manifest, under settings of [plugin.${plugin}], or set the variable ${variable}.`,
  );
}

/** `NUVOM_PLUGIN_SETTING_VARIABLE` */
export function variableMissing(plugin: string, name: string, variable: string, place: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_SETTING_VARIABLE",
    `${place}: the setting "${name}" of the plugin "${plugin}" is read from the variable ${variable}, ` +
      "which is not set or empty.",
    "Set it in the environment or in .env.",
  );
}

/** `NUVOM_PLUGIN_SETTING_FILE` @param problem The rest of a sentence: `does not exist`. */
export function settingFile(
  plugin: string,
  name: string,
  path: string,
  place: string,
  problem: string,
  cause: unknown,
): NuvomError {
  return error(
    "NUVOM_PLUGIN_SETTING_FILE",
    `${place}: the setting "${name}" of the plugin "${plugin}" is read from the file ${path}, which ${problem}.`,
    "Write the value into that file, or name another one.",
    cause,
  );
}

const WANTED: Readonly<Record<SettingSpec["type"], string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a table",
};
