/** Whether a plugin registers what it may, and what it says that it provides. @module */

import type { Capability, NuvomError, PluginMetadata } from "../core/mod.ts";
import type { Registration } from "../sandbox/mod.ts";
import { commandShadows, registeredNothing, registeredUnprovided } from "./errors.ts";
import { BACKEND_CAPABILITIES, type CommandName } from "./metadata_cache.ts";

/** What must be provided for each kind; figures of its own may come from any plugin. */
const NEEDED: Readonly<Record<Registration["kind"], Capability | null>> = {
  queue_backend: "queue_backend",
  result_backend: "result_backend",
  hook: "lifecycle_hook",
  command: "cli",
  metrics_provider: null,
};

/** First words of nuvom's own commands: nobody would ever reach the commands of a plugin of such a name. */
export const COMMAND_WORDS: readonly string[] = [
  "cancel",
  "config",
  "discover",
  "enqueue",
  "help",
  "history",
  "init",
  "inspect",
  "list",
  "log",
  "plugin",
  "queue",
  "retry",
  "runtestworker",
  "runworker",
  "status",
  "version",
];

/** `NUVOM_PLUGIN_PROVIDES` or `NUVOM_PLUGIN_COMMAND` for one that can't be taken; else null. */
export function refusal({ name, provides }: PluginMetadata, registration: Registration): NuvomError | null {
  if (registration.kind === "command" && COMMAND_WORDS.includes(name)) return commandShadows(name, registration.name);
  const needed = NEEDED[registration.kind];
  if (needed === null || provides.includes(needed)) return null;
  const { kind } = registration;
  const what = `the ${kind.replace("_", " ")} "${"name" in registration ? registration.name : kind}"`;
  return registeredUnprovided(name, what, needed);
}

/**
 * Checks what a start registered: nothing that is not provided, and every backend that is.
 * @throws {NuvomError} `NUVOM_PLUGIN_PROVIDES`, `NUVOM_PLUGIN_COMMAND`
 */
export function checkRegistrations(metadata: PluginMetadata, registrations: readonly Registration[]): void {
  for (const registration of registrations) {
    const problem = refusal(metadata, registration);
    if (problem !== null) throw problem;
  }
  for (const capability of BACKEND_CAPABILITIES) {
    if (metadata.provides.includes(capability) && !registrations.some(({ kind }) => kind === capability)) {
      throw registeredNothing(metadata.name, capability);
    }
  }
}

/** The commands among what a plugin registered. */
export function commandsOf(registrations: readonly Registration[]): CommandName[] {
  return registrations.flatMap((one) => one.kind === "command" ? [{ name: one.name, summary: one.summary }] : []);
}
