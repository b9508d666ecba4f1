/** A setting as people may see it. @module */

import type { SettingSpec } from "../core/mod.ts";

const MASK = "********";
const SECRET_NAME = /(^|_)(pass|password|passwd|passphrase|secret|token|credentials?|(api|private|access)_?key)($|_)/;

/**
 * A text as it is, other values as JSON. What the schema calls secret is masked; and unless the schema says that it is
 * none, also what came from a hidden place and what is called like a secret. Of a URL only the password is masked.
 *
 * @param isHidden Nobody wrote it where everybody may read it.
 */
export function showSetting(name: string, value: unknown, spec: SettingSpec | undefined, isHidden: boolean): string {
  const wordy = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase().replaceAll("-", "_");
  if (spec?.secret ?? (isHidden || SECRET_NAME.test(wordy))) return MASK;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replace(/(:\/\/[^\s/?#:@"]*:)[^\s/?#"]*@/g, `$1${MASK}@`);
}
