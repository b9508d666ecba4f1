/** Options that more than one command has. @module */

import { SETTINGS } from "../settings/table.ts";
import type { OptionSpec, OptionTable } from "./command.ts";

/** The options of every command. */
export const GLOBAL_OPTIONS = {
  "manifest": settingOption("manifest", "PATH"),
  "log-level": settingOption("log-level", "LEVEL"),
  "log-format": settingOption("log-format", "FORMAT"),
  "json": { type: "flag", doc: "Prints JSON: one document, or a line for each event of a stream." },
  "help": { type: "flag", doc: "Shows help, also as -h." },
} as const satisfies OptionTable;

/** The options of commands that may load code from URLs. */
export const CODE_OPTIONS = {
  "offline": settingOption("offline"),
  "frozen": settingOption("frozen"),
  "allow-http-loopback": settingOption("allow-http-loopback"),
} as const satisfies OptionTable;

/** The options of commands that talk to the backends; plugins may provide those. */
export const BACKEND_OPTIONS = {
  "queue-backend": settingOption("queue-backend", "NAME"),
  "result-backend": settingOption("result-backend", "NAME"),
  ...CODE_OPTIONS,
} as const satisfies OptionTable;

/** The option that sets a setting, as the table of settings describes it. @param metavar Of a setting that has a value. */
export function settingOption(flag: string, metavar = ""): OptionSpec {
  const { env, doc, type, choices, min, max } = SETTINGS.find((row) => row.flag === flag)!;
  if (type === "boolean") return { type: "flag", doc, env };
  if (type === "choice") return { type, metavar, choices: choices!, doc, env };
  if (type === "integer") return { type, metavar, min: min!, max: max!, doc, env };
  return { type: "text", metavar, doc, env };
}
