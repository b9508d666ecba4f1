/** The record of `nuvom init`. @module */

import type { CommandRecord } from "../command.ts";

/** See `../run/init.ts`. */
export const init = {
  path: "init",
  group: "Project",
  summary: "Make a project to start from",
  description: [
    'Writes a manifest, a task, a .env with the settings, and the types of the module "nuvom" for editors. It never ' +
    "overwrites: when one of the files is there, nothing is written.",
  ],
  positionals: [{
    name: "DIR",
    required: false,
    doc: "The folder; it is made where it is missing. By default this one.",
  }],
  options: {},
  examples: [{ line: "nuvom init my-project", doc: "Writes the files into my-project and says what to do next." }],
} as const satisfies CommandRecord;
