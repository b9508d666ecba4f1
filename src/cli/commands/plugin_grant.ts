/** The record of `nuvom plugin grant`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";
import { GRANT_OPTIONS } from "../plugins/grant_options.ts";

/** See `../run/plugin_grant.ts`. */
export const pluginGrant = {
  path: "plugin grant",
  group: "Plugins",
  summary: "Grant permissions to a plugin or to the task modules",
  description: [
    "Adds them to the manifest, and notes in the lock that its whole grant was consented to for the code that is locked " +
    "now. Without an option it consents to what the manifest grants already: after an update, or when the manifest was " +
    "changed by hand. To take permissions away, edit the manifest.",
  ],
  positionals: [{ name: "NAME", required: false, doc: "Of a plugin in the manifest; left out with --tasks." }],
  options: {
    "tasks": { type: "flag", doc: "Grants to the task modules." },
    ...GRANT_OPTIONS,
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom plugin grant hello --allow-net=api.example.com:443 --allow-env=API_KEY", doc: "Two more." },
    { line: "nuvom plugin grant hello", doc: "Consents to what the manifest grants to it." },
    { line: "nuvom plugin grant --tasks --allow-read=./data", doc: "For the handlers of all tasks." },
  ],
} as const satisfies CommandRecord;
