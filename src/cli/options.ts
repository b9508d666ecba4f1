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

/** The options that choose among finished jobs. */
export const FINISHED_OPTIONS = {
  "task": { type: "text", metavar: "TASK", doc: "Only jobs of this task." },
  "queue": { type: "text", metavar: "QUEUE", doc: "Only jobs of this queue." },
  "since": { type: "duration", metavar: "DURATION", doc: "Only jobs that ended within this time, such as 30m or 2d." },
} as const satisfies OptionTable;

/** Whether a command that can't be undone asks. */
export const YES_OPTION = {
  "yes": { type: "flag", doc: "Does not ask; needed where there is nobody to ask." },
} as const satisfies OptionTable;

/** The option that sets a setting, as the table of settings describes it. @param metavar Of a setting that has a value. */
export function settingOption(flag: string, metavar = ""): OptionSpec {
  const { env, doc, type, choices, min, max } = SETTINGS.find((row) => row.flag === flag)!;
  if (type === "boolean") return { type: "flag", doc, env };
  if (type === "choice") return { type, metavar, choices: choices!, doc, env };
  if (type === "integer") return { type, metavar, min: min!, max: max!, doc, env };
  return { type: "text", metavar, doc, env };
}
