/** The record of `nuvom config`. @module */

import type { CommandRecord } from "../command.ts";
import { BACKEND_OPTIONS, settingOption } from "../options.ts";

/** See `../run/config.ts`. */
export const config = {
  path: "config",
  group: "Project",
  summary: "Show every setting and where its value comes from",
  description: [
    "Options of the command line win over the environment, the environment over .env beside the manifest, .env over " +
    "the defaults. Secrets are masked.",
  ],
  positionals: [],
  options: {
    ...BACKEND_OPTIONS,
    "workers": settingOption("workers", "N"),
    "concurrency": settingOption("concurrency", "N"),
  },
  examples: [
    { line: "nuvom config", doc: "The settings as a table." },
    { line: "NUVOM_LOG_LEVEL=debug nuvom config --workers 4", doc: "What the environment and an option change." },
  ],
} as const satisfies CommandRecord;
