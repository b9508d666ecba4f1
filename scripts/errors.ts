/** What can stop a build. @module */

import { NuvomError } from "../src/core/mod.ts";

/** `NUVOM_BUILD_COMMAND` */
export function commandFailed(command: string, printed: string, mend = "See what it printed."): NuvomError {
  return new NuvomError("NUVOM_BUILD_COMMAND", {
    what: `The command \`${command}\` failed.`,
    mend: `${mend}\n${printed.trim()}`,
  });
}

/** `NUVOM_BUILD_COMMAND` */
export function commandMissing(program: string, mend = "Install it, or add its folder to the PATH."): NuvomError {
  return new NuvomError("NUVOM_BUILD_COMMAND", { what: `There is no program ${program} on the PATH.`, mend });
}

/** `NUVOM_BUILD_OPTION` */
export function badOption(option: string, usage: string): NuvomError {
  return new NuvomError("NUVOM_BUILD_OPTION", {
    what: `The build has no option ${option}.`,
    mend: `Usage: ${usage}`,
    exitCode: 2,
  });
}

/** `NUVOM_BUILD_BASE` */
export function baseUnreadable(path: string, cause: unknown): NuvomError {
  return new NuvomError("NUVOM_BUILD_BASE", {
    what: `The base that DENORT_BIN names can't be read: ${path}.`,
    mend: "Set it to the denort of this version of Deno, or unset it.",
    cause,
  });
}

/** `NUVOM_BUILD_BASE` */
export function noBaseFor(target: string, recoverable: string): NuvomError {
  return new NuvomError("NUVOM_BUILD_BASE", {
    what: `There is no base for ${target}: Deno's downloads can't be reached, and only one for ${recoverable} can be ` +
      "recovered without them.",
    mend: `Build where dl.deno.land can be reached, set DENORT_BIN to the denort of ${target}, or build for ` +
      `${recoverable} on such a machine.`,
  });
}

/** `NUVOM_BUILD_BASE_DEVELOPMENT` */
export function developmentBase(): NuvomError {
  return new NuvomError("NUVOM_BUILD_BASE_DEVELOPMENT", {
    what: "A release can't stand on a recovered base, which is only for building and testing.",
    mend: "Build where dl.deno.land can be reached, or set DENORT_BIN to a denort that you have from there.",
  });
}

/** `NUVOM_BUILD_BASE_HASH` */
export function wrongBase(source: string, expected: string, found: string): NuvomError {
  return new NuvomError("NUVOM_BUILD_BASE_HASH", {
    what: `The base in ${source} has the SHA-256 ${found}, not ${expected}; it was not kept.`,
    mend: "Try again; if that does not help, the package has changed: build where dl.deno.land can be reached.",
  });
}

/** `NUVOM_BUILD_NO_CACHE` */
export function noCacheFolder(): NuvomError {
  return new NuvomError("NUVOM_BUILD_NO_CACHE", {
    what: "There is no folder to keep the recovered base in.",
    mend: "Set HOME, XDG_CACHE_HOME or NUVOM_CACHE_DIR.",
  });
}

/** `NUVOM_BUILD_PLUGIN` */
export function notSelfContained(plugin: string, imports: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_BUILD_PLUGIN", {
    what: `The bundle of the plugin ${plugin} still imports ${imports.join(", ")}.`,
    mend: 'Only "nuvom" and built-in modules may be left; give it another package, or the loader another shim.',
  });
}
