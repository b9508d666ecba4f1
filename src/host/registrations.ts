/** Whether a plugin registers what it says that it provides. @module */

import type { Capability, NuvomError, PluginMetadata } from "../core/mod.ts";
import type { Registration } from "../sandbox/mod.ts";
import { registeredNothing, registeredUnprovided } from "./errors.ts";
import { BACKEND_CAPABILITIES } from "./metadata_cache.ts";

/** What must be provided for each kind; figures of its own may come from any plugin. */
const NEEDED: Readonly<Record<Registration["kind"], Capability | null>> = {
  queue_backend: "queue_backend",
  result_backend: "result_backend",
  hook: "lifecycle_hook",
  command: "cli",
  metrics_provider: null,
};

/** `NUVOM_PLUGIN_PROVIDES` for one that is not provided; else null. */
export function unprovided({ name, provides }: PluginMetadata, registration: Registration): NuvomError | null {
  const needed = NEEDED[registration.kind];
  if (needed === null || provides.includes(needed)) return null;
  const { kind } = registration;
  const what = `the ${kind.replace("_", " ")} "${"name" in registration ? registration.name : kind}"`;
  return registeredUnprovided(name, what, needed);
}

/**
 * Checks what a start registered: nothing that is not provided, and every backend that is.
 * @throws {NuvomError} `NUVOM_PLUGIN_PROVIDES`
 */
export function checkRegistrations(metadata: PluginMetadata, registrations: readonly Registration[]): void {
  for (const registration of registrations) {
    const problem = unprovided(metadata, registration);
    if (problem !== null) throw problem;
  }
  for (const capability of BACKEND_CAPABILITIES) {
    if (metadata.provides.includes(capability) && !registrations.some(({ kind }) => kind === capability)) {
      throw registeredNothing(metadata.name, capability);
    }
  }
}
