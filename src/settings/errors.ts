/** What can be wrong with a setting. @module */

import { NuvomError } from "../core/mod.ts";
import type { SettingDefinition } from "./table.ts";

/** `NUVOM_SETTINGS_INVALID`: exit code 2 for an option of the command line, else 3. */
export function invalidSetting(definition: SettingDefinition, value: string, source: string): NuvomError {
  const shown = definition.secret ? "That" : JSON.stringify(value);
  return new NuvomError("NUVOM_SETTINGS_INVALID", {
    what: `${shown} is no value for ${definition.env} (from ${source}).`,
    mend: `Use ${allowed(definition)}.`,
    exitCode: source.startsWith("--") ? 2 : 3,
  });
}

/** `NUVOM_SETTINGS_DOTENV` */
export function badDotenv(path: string, line: number, text: string): NuvomError {
  return new NuvomError("NUVOM_SETTINGS_DOTENV", {
    // Not the value: it may be a secret.
    what: `${path}:${line} is not a setting: ${JSON.stringify(text.split("=")[0]!.slice(0, 40))} … can't be read.`,
    mend: "Write NAME=value, one a line, with both quotes where there is one; comments begin with #.",
    exitCode: 3,
  });
}

function allowed({ type, choices, min, max }: SettingDefinition): string {
  if (type === "boolean") return "true or false";
  if (choices !== undefined) return `one of ${choices.join(", ")}`;
  if (type === "levels") return "categories and their levels, such as job=debug, plugin.mail=warn";
  const range = `from ${min} to ${max}`;
  if (type === "seconds") return `a number of seconds ${range}`;
  return type === "integer" ? `a whole number ${range}` : "a text that is not empty";
}
