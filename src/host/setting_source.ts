/** Reads a value of `[plugin.NAME] settings` from where the manifest says that it is. @module */

import type { SettingSource } from "./manifest.ts";
import { settingFile, variableMissing } from "./setting_errors.ts";

/** A value and where it came from. */
export interface FoundSetting {
  readonly value: unknown;
  readonly source: string;
  /** Of a variable or a file, which are text whatever the setting's type. */
  readonly isText: boolean;
  /** Nobody wrote it where everybody may read it. */
  readonly isHidden: boolean;
}

/** @throws {NuvomError} `NUVOM_PLUGIN_SETTING_VARIABLE`, `NUVOM_PLUGIN_SETTING_FILE` */
export async function readSource(
  plugin: string,
  name: string,
  from: SettingSource,
  variables: ReadonlyMap<string, string>,
): Promise<FoundSetting> {
  switch (from.kind) {
    case "value":
      return { value: from.value, source: from.place, isText: false, isHidden: false };
    case "env": {
      const value = variables.get(from.name);
      // An empty variable is how a service manager says "not set".
      if (value === undefined || value === "") throw variableMissing(plugin, name, from.name, from.place);
      return { value, source: `the variable ${from.name}`, isText: true, isHidden: true };
    }
    case "file": {
      const value = await readText(plugin, name, from.path, from.place);
      return { value, source: `the file ${from.path}`, isText: true, isHidden: true };
    }
  }
}

/** Editors end a file with a line break that is no part of a secret. */
async function readText(plugin: string, name: string, path: string, place: string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).replace(/\r?\n$/, "");
  } catch (error) {
    const missing = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
    const problem = missing ? "does not exist" : `can't be read: ${(error as Error).message}`;
    throw settingFile(plugin, name, path, place, problem, error);
  }
}
