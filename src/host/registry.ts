/** Which plugin registered which backend. @module */

import type { Registration } from "../sandbox/mod.ts";
import { backendReserved, backendTwice } from "./errors.ts";
import { BACKEND_CAPABILITIES, type BackendCapability, type BackendName } from "./metadata_cache.ts";
import type { SupervisedPlugin } from "./supervised_plugin.ts";

/** The backends of started plugins by name. */
export class BackendRegistry {
  readonly #plugins: Readonly<Record<BackendCapability, Map<string, SupervisedPlugin>>> = {
    queue_backend: new Map(),
    result_backend: new Map(),
  };

  readonly #builtins: readonly string[];

  /** @param builtins Names that no plugin may take: the engine would never ask for the plugin's. */
  constructor(builtins: readonly string[]) {
    this.#builtins = builtins;
  }

  /** Takes all or none. @throws {NuvomError} `NUVOM_PLUGIN_REGISTERED_TWICE`, naming both plugins. */
  add(plugin: SupervisedPlugin, backends: readonly BackendName[]): void {
    this.#check(plugin, backends, undefined);
    for (const { capability, name } of backends) this.#plugins[capability].set(name, plugin);
  }

  /** The same in place of all that the plugin registered before. @throws {NuvomError} likewise. */
  replace(plugin: SupervisedPlugin, backends: readonly BackendName[]): void {
    this.#check(plugin, backends, plugin);
    for (const capability of BACKEND_CAPABILITIES) {
      const names = this.#plugins[capability];
      for (const [name, owner] of names) if (owner === plugin) names.delete(name);
    }
    this.add(plugin, backends);
  }

  /** The plugin that registered it. */
  find(capability: BackendCapability, name: string): SupervisedPlugin | undefined {
    return this.#plugins[capability].get(name);
  }

  /** In the order in which they were registered. */
  names(capability: BackendCapability): string[] {
    return [...this.#plugins[capability].keys()];
  }

  #check(plugin: SupervisedPlugin, backends: readonly BackendName[], allowed: SupervisedPlugin | undefined): void {
    for (const { capability, name } of backends) {
      if (this.#builtins.includes(name)) throw backendReserved(capability, name, plugin.name);
      const first = this.find(capability, name);
      if (first !== undefined && first !== allowed) throw backendTwice(capability, name, first.name, plugin.name);
    }
  }

  /** The plugins are stopped. */
  clear(): void {
    for (const capability of BACKEND_CAPABILITIES) this.#plugins[capability].clear();
  }
}

/** The backends among what a plugin registered. */
export function backendsOf(registrations: readonly Registration[]): BackendName[] {
  return registrations.flatMap((registration) => {
    const { kind } = registration;
    return kind === "queue_backend" || kind === "result_backend" ? [{ capability: kind, name: registration.name }] : [];
  });
}
