/** What is wrong with a plugin. All exit with 3: the plugin or its manifest has to be mended. @module */

import { didYouMean, HOOK_METHODS, NuvomError } from "../../../core/mod.ts";

/** `NUVOM_PLUGIN_IMPORT` */
export function importFailed(source: string, thrown: unknown): NuvomError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new NuvomError("NUVOM_PLUGIN_IMPORT", {
    what: `The plugin module ${source} could not be imported: ${message.replace(/\.$/, "")}.`,
    mend: "Importing a plugin must do nothing: move what it does into start().",
    exitCode: 3,
    cause: thrown,
  });
}

/** `NUVOM_PLUGIN_EXPORT_MISSING` */
export function exportMissing(source: string, name: string, exports: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_EXPORT_MISSING", {
    what: `The module ${source} has no export "${name}".`,
    mend: didYouMean(name, exports, "export in it"),
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_EXPORT_MISSING` */
export function noPluginExport(source: string, found: readonly string[]): NuvomError {
  const what = found.length === 0
    ? `No export of ${source} has the shape of a plugin.`
    : `Several exports of ${source} have the shape of a plugin: ${found.join(", ")}.`;
  return new NuvomError("NUVOM_PLUGIN_EXPORT_MISSING", {
    what,
    mend: found.length === 0
      ? "Export a class or object with name, provides, start and stop."
      : `Name one of them in the manifest: "${source}#${found[0]}".`,
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_EXPORT_MISSING` */
export function tasksInstead(source: string): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_EXPORT_MISSING", {
    what: `The module ${source} exports tasks, and no plugin.`,
    mend: `List it in the manifest under [tasks]: modules = ["${source}"]; code from a URL is then locked by ` +
      "`nuvom plugin lock`.",
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_SHAPE` */
export function badShape(source: string, exportName: string, problems: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_SHAPE", {
    what: `The export ${exportName} of ${source} is not a plugin: ${problems.join("; ")}.`,
    mend: "A plugin has name, provides, start(settings, context) and stop().",
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_API` */
export function wrongApi(plugin: string, version: string, ours: string): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_API", {
    what: `The plugin "${plugin}" is written for version ${version} of the plugin contract; this nuvom has ${ours}.`,
    mend: "Take a release of the plugin, or of nuvom, that fits the other.",
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_HOOK` @param meant What may have been meant: one name, or all that there are. */
export function hookShape(plugin: string, problem: string, meant: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_HOOK", {
    what: `The plugin "${plugin}" registers a hook that can't be called: ${problem}.`,
    mend: meant.length === 1
      ? `Did you mean "${meant[0]}"?`
      : `A hook has any of: ${(meant.length === 0 ? HOOK_METHODS : meant).join(", ")}.`,
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_BACKEND_SHAPE` */
export function backendShape(name: string, missing: readonly string[]): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_BACKEND_SHAPE", {
    what: `The backend "${name}" lacks ${missing.join(", ")}.`,
    mend: "Implement QueueBackend or ResultBackend, or extend BaseJobQueue and implement its five methods.",
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_REGISTERED_TWICE` */
export function registeredTwice(what: string, name: string): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_REGISTERED_TWICE", {
    what: `The plugin registers the ${what} "${name}" twice.`,
    mend: "Register each name once.",
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_REGISTERED_TOO_MANY` */
export function registeredTooMany(most: number): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_REGISTERED_TOO_MANY", {
    what: `The plugin registers more than ${most} things.`,
    mend: "Register what it provides once, in start(); one hook may serve any number of tasks.",
    exitCode: 3,
  });
}

/** `NUVOM_PLUGIN_NOT_REGISTERED` */
export function notRegistered(what: string, name: string): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_NOT_REGISTERED", {
    what: `The plugin has registered no ${what} "${name}".`,
    mend: "Register it in start().",
    exitCode: 3,
  });
}
