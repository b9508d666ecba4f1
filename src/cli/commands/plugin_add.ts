/** The record of `nuvom plugin add`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";
import { GRANT_OPTIONS } from "../plugins/grant_options.ts";

/** See `../run/plugin_add.ts`. */
export const pluginAdd = {
  path: "plugin add",
  group: "Plugins",
  summary: "Add a plugin from a URL or a file",
  description: [
    "Fetches the module with all that it imports, shows what it is, where its code comes from and what it asks for, and " +
    "asks whether to add it. Then the manifest lists it and the lock (.nuvom_plugins.lock) has the hash of every " +
    "module; comments and order of the manifest stay. Without a terminal there is nobody to ask: say --yes.",
    "Consent to the code is no consent to permissions. They are granted by the options below, or on the terminal, " +
    "where a second question offers what the plugin asks for.",
    "A module with tasks is no plugin: write its URL under [tasks] modules of the manifest, then run `nuvom plugin lock`.",
  ],
  positionals: [{
    name: "PLUGIN",
    required: true,
    doc: "A URL or a path, and the export behind a #; or nuvom:NAME of a plugin inside nuvom.",
  }],
  options: {
    "yes": { type: "flag", doc: "Consents to the code, and to no permission. Nothing is asked." },
    ...GRANT_OPTIONS,
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom plugin add https://plugins.example.com/hello/1.2.0/mod.ts#Hello", doc: "Shows it, then asks." },
    {
      line: "nuvom plugin add https://plugins.example.com/hello/1.2.0/mod.ts --yes --allow-net=api.example.com",
      doc: "Asks nothing, and grants connections to one host.",
    },
    { line: "nuvom plugin add ./plugins/my_queue.ts", doc: "A file of the project." },
  ],
} as const satisfies CommandRecord;
