/** What can go wrong when plugins of a project are added, changed or copied. @module */

import { NuvomError } from "../../core/mod.ts";

/** `NUVOM_PLUGIN_PROVIDES` */
export function providesNothing(name: string, specifier: string): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_PROVIDES", {
    what: `The plugin "${name}" (${specifier}) provides nothing, so there is nowhere in the manifest to list it.`,
    mend: "Its author has to say what it provides.",
    exitCode: 3,
  });
}

/** `NUVOM_LOCK_CHANGED` */
export function lockChanged(url: string): NuvomError {
  return new NuvomError("NUVOM_LOCK_CHANGED", {
    what: `The lock was changed meanwhile, and has another ${url} now; nothing was changed.`,
    mend: "Try again.",
  });
}

/** `NUVOM_LOCK_CHANGED` */
export function projectChanged(): NuvomError {
  return new NuvomError("NUVOM_LOCK_CHANGED", {
    what: "Manifest or lock were changed by another nuvom meanwhile; nothing was changed by this one.",
    mend: "Try again.",
  });
}

/** `NUVOM_OFFLINE` */
export function offline(url: string): NuvomError {
  return new NuvomError("NUVOM_OFFLINE", {
    what: `The module ${url} would have to be fetched, and nothing may be (--offline, NUVOM_OFFLINE).`,
    mend: "Run the command without it.",
  });
}

/** `NUVOM_VENDOR_FOLDER` @param problem The rest of a sentence. */
export function vendorFolder(folder: string, problem: string): NuvomError {
  return new NuvomError("NUVOM_VENDOR_FOLDER", {
    what: `The folder ${folder} ${problem}; nothing was written.`,
    mend: "Name a folder that does not exist yet, outside of the project.",
    exitCode: 2,
  });
}

/** `NUVOM_VENDOR_IMPORT` */
export function vendorImport(specifier: string, first: string, second: string): NuvomError {
  return new NuvomError("NUVOM_VENDOR_IMPORT", {
    what: `The import "${specifier}" means ${first} to one plugin and ${second} to another, which a copy can't say.`,
    mend: "Let both plugins map it to the same URL in [plugin.NAME] imports.",
    exitCode: 3,
  });
}

/** `NUVOM_VENDOR_IMPORT` */
export function vendorMapElsewhere(path: string): NuvomError {
  return new NuvomError("NUVOM_VENDOR_IMPORT", {
    what: `The import map ${path} lies in another folder than deno.json, and what it says can't be copied.`,
    mend: 'Move its "imports" into deno.json.',
    exitCode: 3,
  });
}
