/** What can be wrong with a plugin on its way in; nearly all of it is for the project to mend (exit code 3). @module */

import { type Capability, didYouMean, type ErrorCode, formatDuration, NuvomError } from "../core/mod.ts";
import { because } from "./place.ts";

function error(code: ErrorCode, what: string, mend?: string, cause?: unknown): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3, cause });
}

/** `NUVOM_PLUGIN_IMPORT` @param plugin As the manifest writes it. @param place `./plugins/x.ts:3:7` */
export function importFailed(plugin: string, thrown: Error, place: string | null): NuvomError {
  return error(
    "NUVOM_PLUGIN_IMPORT",
    `The plugin module ${plugin} could not be imported: ${because(thrown, place)}.`,
    "Importing a plugin must do nothing, and it has no permissions then: move what it does into start().",
    thrown,
  );
}

/** What nuvom's own code refused in the guest: exit codes don't cross, and there the configuration is at fault. */
export function refusedInGuest(thrown: NuvomError): NuvomError {
  return error(thrown.code, thrown.message, undefined, thrown.cause);
}

/** `NUVOM_PLUGIN_SHAPE` */
export function implausibleMetadata(plugin: string, detail: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_SHAPE",
    `What the plugin ${plugin} says of itself can't be used: ${detail}.`,
    "See the documentation of Plugin for what each field holds.",
  );
}

/** `NUVOM_PLUGIN_METADATA` */
export function metadataDiffers(plugin: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_METADATA",
    `The plugin "${plugin}" says something else of itself in its own realm than without permissions.`,
    "Its name, provides, requires, permissions and settings must be constants. If its file was just changed, try again.",
  );
}

/** `NUVOM_PLUGIN_NAME` */
export function nameTwice(name: string, places: readonly string[]): NuvomError {
  return error(
    "NUVOM_PLUGIN_NAME",
    `Several plugins are called "${name}": ${places.join(" and ")}.`,
    "Each name is one plugin; remove all but one, or give them different names.",
  );
}

/** `NUVOM_PLUGIN_SECTION` */
export function sectionUnknown(name: string, place: string, plugins: readonly string[]): NuvomError {
  return error(
    "NUVOM_PLUGIN_SECTION",
    `${place}: [plugin.${name}] belongs to no plugin.`,
    `${didYouMean(name, plugins, "plugin in [plugins]")} List the plugin under [plugins], or remove the section.`,
  );
}

/** `NUVOM_PLUGIN_SOURCE` */
export function wrongSource(name: string, source: string, module: string, place: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_SOURCE",
    `The plugin "${name}" comes from ${module} (${place}), but its source is pinned to ${source}.`,
    `Remove the plugin that has taken the name, or change source in [plugin.${name}].`,
  );
}

/** `NUVOM_PLUGIN_PROVIDES` */
export function listedWrongly(
  name: string,
  place: string,
  capability: Capability,
  provides: readonly string[],
): NuvomError {
  return error(
    "NUVOM_PLUGIN_PROVIDES",
    `${place}: the plugin "${name}" is listed under ${capability}, but provides ${provides.join(", ") || "nothing"}.`,
    "List it under what it provides.",
  );
}

/** `NUVOM_PLUGIN_PROVIDES` */
export function registeredUnprovided(name: string, what: string, capability: Capability): NuvomError {
  return error(
    "NUVOM_PLUGIN_PROVIDES",
    `The plugin "${name}" registers ${what}, but does not provide ${capability}.`,
    `Add "${capability}" to its provides.`,
  );
}

/** `NUVOM_PLUGIN_PROVIDES` */
export function registeredNothing(name: string, capability: Capability): NuvomError {
  return error(
    "NUVOM_PLUGIN_PROVIDES",
    `The plugin "${name}" provides ${capability}, but its start registered none.`,
    "Register it inside start(), before start returns.",
  );
}

/** `NUVOM_PLUGIN_REGISTERED_TWICE` */
export function backendTwice(capability: Capability, name: string, first: string, second: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_REGISTERED_TWICE",
    `The plugins "${first}" and "${second}" both register the ${capability.replace("_", " ")} "${name}".`,
    "Remove one of the plugins, or give the backends different names.",
  );
}

/** `NUVOM_PLUGIN_REGISTERED_TWICE` */
export function backendReserved(capability: Capability, name: string, plugin: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_REGISTERED_TWICE",
    `The plugin "${plugin}" registers the ${capability.replace("_", " ")} "${name}", which is one of nuvom's own.`,
    "Give it another name.",
  );
}

/** `NUVOM_PLUGIN_COMMAND`: the plugin has the name of a command of nuvom's own. */
export function commandShadows(plugin: string, command: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_COMMAND",
    `The plugin "${plugin}" registers the command "${command}", but \`nuvom ${plugin}\` belongs to nuvom itself.`,
    "Give the plugin another name.",
  );
}

/** `NUVOM_PLUGIN_REQUIRES` @param chain Names, each of which requires the next; the last one is unknown. */
export function requiresUnknown(chain: readonly string[], known: readonly string[]): NuvomError {
  const missing = chain.at(-1)!;
  return error(
    "NUVOM_PLUGIN_REQUIRES",
    `The plugin "${chain.at(-2)}" requires "${missing}", and no plugin of that name is in the manifest ` +
      `(${chain.join(" → ")}).`,
    `${didYouMean(missing, known, "other plugin")} Add it under [plugins].`,
  );
}

/** `NUVOM_PLUGIN_REQUIRES` @param chain Names, each of which requires the next; the last one is the first again. */
export function requiresCycle(chain: readonly string[]): NuvomError {
  return error(
    "NUVOM_PLUGIN_REQUIRES",
    `Plugins require each other in a circle: ${chain.join(" → ")}.`,
    "Take one of these names out of requires.",
  );
}

/** `NUVOM_PLUGIN_REQUIRES` */
export function requiredNotStarted(name: string, required: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_REQUIRES",
    `The plugin "${name}" requires "${required}", which was left out because it could not be started.`,
    `Mend "${required}", or make "${name}" optional too.`,
  );
}

/** `NUVOM_PLUGIN_PERMISSION` @param toml What the manifest must say. */
export function permissionsMissing(name: string, manifest: string, toml: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_PERMISSION",
    `The plugin "${name}" asks for permissions that it was not granted.`,
    `To grant them, let ${manifest} say:\n\n${toml.trim()}\n`,
  );
}

/** `NUVOM_PLUGIN_PERMISSION`, of code from URLs: what is granted to it is noted in the lock, too. */
export function consentMissing(name: string, command: string): NuvomError {
  return error(
    "NUVOM_PLUGIN_PERMISSION",
    `The plugin "${name}" asks for permissions that it was not granted.`,
    `To grant them, run:\n\n  ${command}\n`,
  );
}

/** `NUVOM_PLUGIN_PERMISSION` @param advice `write permissions = … under [plugin.x] in …`. */
export function permissionRefused(
  call: { readonly plugin: string; readonly what: string },
  asked: string,
  place: string | null,
  advice: string,
  cause: Error,
): NuvomError {
  return error(
    "NUVOM_PLUGIN_PERMISSION",
    `The plugin "${call.plugin}" was refused ${asked} in ${call.what}${place === null ? "" : ` (${place})`}.`,
    `To grant it, ${advice}.`,
    cause,
  );
}

/** `NUVOM_PLUGIN_START`; what nuvom itself threw in the guest keeps its code. */
export function startFailed(name: string, thrown: Error, place: string | null): NuvomError {
  const ours = thrown instanceof NuvomError && thrown.code !== "NUVOM_REALM_GONE";
  return error(
    ours ? thrown.code : "NUVOM_PLUGIN_START",
    `The plugin "${name}" could not be started: ${because(thrown, place)}.`,
    ours ? undefined : "Mend the plugin or its settings; nothing was left running.",
    thrown,
  );
}

/** `NUVOM_PLUGIN_START_TIMEOUT` @param step `import` or `start()` */
export function startTimeout(plugin: string, step: string, timeoutMs: number): NuvomError {
  return error(
    "NUVOM_PLUGIN_START_TIMEOUT",
    `The ${step} of the plugin "${plugin}" was not done within ${formatDuration(timeoutMs)}; its realm was ended.`,
    "What goes on for ever must not be awaited in it; start_timeout in the manifest gives it more time.",
  );
}

/** `NUVOM_PLUGIN_UNKNOWN` */
export function pluginUnknown(target: string, known: readonly string[], manifest: string): NuvomError {
  return new NuvomError("NUVOM_PLUGIN_UNKNOWN", {
    what: `There is no plugin "${target}" in ${manifest}.`,
    mend: didYouMean(target, known, "plugin in it"),
    exitCode: 4,
  });
}

/** `NUVOM_PLUGIN_EMBEDDED` */
export function embeddedUnknown(name: string, known: readonly string[], sourceRun: boolean): NuvomError {
  const bundle = "Run `deno task bundle:plugins` to make them from their sources.";
  return error(
    "NUVOM_PLUGIN_EMBEDDED",
    `There is no plugin nuvom:${name} in this nuvom.`,
    known.length === 0 && sourceRun
      ? bundle
      : `${didYouMean(name, known, "plugin inside it")}${sourceRun ? ` ${bundle}` : ""}`,
  );
}
