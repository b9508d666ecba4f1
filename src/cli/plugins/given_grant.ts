/** The permissions that options of a command line grant. @module */

import { PERMISSION_KINDS, type PermissionKind, type PermissionSet } from "../../core/mod.ts";
import { checkPermissionItem } from "../../host/mod.ts";
import { usage } from "../errors.ts";
import type { GRANT_OPTIONS } from "./grant_options.ts";

/** The values of {@linkcode GRANT_OPTIONS}. */
export type GrantValues = { readonly [K in keyof typeof GRANT_OPTIONS]: readonly string[] | true | undefined };

/**
 * @param cwd What relative paths are relative to.
 * @returns With absolute paths.
 * @throws {NuvomError} `NUVOM_CLI_VALUE`
 */
export function givenGrant(options: GrantValues, cwd: string): PermissionSet {
  const kinds = PERMISSION_KINDS.filter((kind) => options[`allow-${kind}`] !== undefined);
  return Object.fromEntries(kinds.map((kind) => [kind, given(kind, options[`allow-${kind}`]!, cwd)]));
}

function given(kind: PermissionKind, items: readonly string[] | true, cwd: string): readonly string[] | true {
  if (items === true) return true;
  return items.map((text) => {
    const checked = checkPermissionItem(kind, text, cwd);
    if ("item" in checked) return checked.item;
    const what = `${JSON.stringify(text)} is no value for --allow-${kind}: it ${checked.problem}.`;
    throw usage("NUVOM_CLI_VALUE", what, checked.mend);
  });
}
