/** The record of `nuvom plugin verify`. @module */

import type { CommandRecord } from "../command.ts";
import { CODE_OPTIONS } from "../options.ts";

/** See `../run/plugin_verify.ts`. */
export const pluginVerify = {
  path: "plugin verify",
  group: "Plugins",
  summary: "Hash code from URLs again, and compare it with the lock",
  description: [
    "Reads every module of the lock from the store (see `nuvom plugin cache info`). Any difference ends the command with " +
    "1. What the store has lost or had wrong is fetched again when it is next needed.",
  ],
  positionals: [],
  options: {
    "remote": { type: "flag", doc: "Fetches every module from its source, too, and says which have changed there." },
    ...CODE_OPTIONS,
  },
  examples: [
    { line: "nuvom plugin verify", doc: "Whether the store is whole; needs no network." },
    { line: "nuvom plugin verify --remote", doc: "Whether the sources still give what was locked." },
  ],
} as const satisfies CommandRecord;
