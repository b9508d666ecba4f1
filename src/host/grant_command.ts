/** The command line that grants exactly these permissions. @module */

import { PERMISSION_KINDS, type PermissionSet } from "../core/mod.ts";
import { shellWord } from "./shell_word.ts";

/** @param name Of the plugin; null for the task modules. @param permissions With absolute paths. */
export function grantCommand(name: string | null, permissions: PermissionSet): string {
  const options = PERMISSION_KINDS.flatMap((kind) => {
    const items = permissions[kind];
    if (items === undefined) return [];
    return [shellWord(items === true ? `--allow-${kind}` : `--allow-${kind}=${items.join(",")}`)];
  });
  return ["nuvom plugin grant", shellWord(name ?? "--tasks"), ...options].join(" ");
}
