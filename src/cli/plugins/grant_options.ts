/** Options that grant permissions, named as Deno names them. @module */

import type { PermissionKind } from "../../core/plugin.ts";
import type { OptionSpec } from "../command.ts";

type GrantOption = Extract<OptionSpec, { type: "scope" }>;

/** The options of commands that grant; alone, each of them grants the whole kind. */
export const GRANT_OPTIONS = {
  "allow-net": scope("HOSTS", "Connections: to every host, or to api.example.com, 10.0.0.1:443."),
  "allow-read": scope("PATHS", "Reading: all files, or these and what lies in these folders."),
  "allow-write": scope("PATHS", "Writing: these files and folders."),
  "allow-env": scope("NAMES", "Variables of .env and the environment: all, or these; AWS_* is a beginning."),
  "allow-run": scope("PROGRAMS", "Starting programs: all, or these. A program is bound by none of these limits."),
  "allow-ffi": scope("PATHS", "Native libraries: all, or these. A library is bound by none of these limits."),
  "allow-sys": scope("KINDS", "What the machine says of itself: all, or hostname, cpus, osRelease."),
  "allow-import": scope("HOSTS", "What Deno calls import: from every host, or from these."),
} as const satisfies Record<`allow-${PermissionKind}`, GrantOption>;

function scope(metavar: string, doc: string): GrantOption {
  return { type: "scope", metavar, doc };
}
