/** Counts what becomes of jobs and says so when the worker stops. @module */

import type { HookEvent, Plugin, PluginContext, PluginSettings } from "nuvom";

export default class Tally implements Plugin {
  readonly name = "tally";
  readonly provides = ["lifecycle_hook"] as const;
  readonly #outcomes = new Map<string, number>();

  start(_settings: PluginSettings, context: PluginContext): void {
    context.registerHook({
      afterJob: (events) => this.#count(events),
      workerStop: () => context.log.info("tally of this worker", Object.fromEntries(this.#outcomes)),
    });
  }

  stop(): void {}

  #count(events: readonly HookEvent[]): void {
    for (const { outcome = "unknown" } of events) this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }
}
