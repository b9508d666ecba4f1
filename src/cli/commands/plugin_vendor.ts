/** The record of `nuvom plugin vendor`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_vendor.ts`. */
export const pluginVendor = {
  path: "plugin vendor",
  group: "Plugins",
  summary: "Copy the project with all code from URLs, for servers without a network",
  description: [
    "Writes the modules of the lock as files, the modules of the project, and a manifest that names files only: the copy " +
    "needs no lock, no cache and no network. Grants stay as they are. What the project reads when it runs (.env, data) " +
    "is not copied.",
  ],
  positionals: [{ name: "DIR", required: true, doc: "A folder that does not exist yet, or is empty." }],
  options: { ...CODE_OPTIONS },
  examples: [{ line: "nuvom plugin vendor ../shop-vendored", doc: "A copy beside the project." }],
} as const satisfies CommandRecord;
