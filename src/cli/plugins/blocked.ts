/** Plugins whose new code asks for more than was consented to. @module */

import { type CodeChange, grantCommand, resolveRequest } from "../../host/mod.ts";

/** How to consent; empty when none of them is blocked. @param folder Of the manifest. */
export function blockedText(changes: readonly CodeChange[], folder: string): string {
  return changes.filter(({ blocked }) => blocked).map(({ name, asked }) => {
    const missing = resolveRequest(asked.added, {}, folder, `The plugin "${name}"`);
    return `\n"${name}" is blocked: what was granted to it was granted to other code. To consent to the new code and ` +
      `what it asks for:\n\n  ${grantCommand(name, missing)}\n`;
  }).join("");
}
