/** The verbs of `PluginContext` as free functions, valid inside `start`. @module */

import type { Hook, MetricsProvider, PluginCommand, PluginContext, QueueFactory, ResultFactory } from "../core/mod.ts";
import { ambientOrNone } from "./ambient.ts";
import { notInStart } from "./errors.ts";

function context(name: string): PluginContext {
  const plugin = ambientOrNone()?.plugin();
  if (plugin === undefined) throw notInStart(name);
  return plugin;
}

/** Registers a queue backend under a name for `NUVOM_QUEUE_BACKEND`. @throws {NuvomError} `NUVOM_NO_START` */
export function registerQueueBackend(name: string, factory: QueueFactory): void {
  context("registerQueueBackend").registerQueueBackend(name, factory);
}

/** Registers a result backend under a name for `NUVOM_RESULT_BACKEND`. @throws {NuvomError} `NUVOM_NO_START` */
export function registerResultBackend(name: string, factory: ResultFactory): void {
  context("registerResultBackend").registerResultBackend(name, factory);
}

/** Adds figures to what every exporter sees. @throws {NuvomError} `NUVOM_NO_START` */
export function registerMetricsProvider(provider: MetricsProvider): void {
  context("registerMetricsProvider").registerMetricsProvider(provider);
}

/** Registers a lifecycle hook. @throws {NuvomError} `NUVOM_NO_START` */
export function registerHook(hook: Hook): void {
  context("registerHook").registerHook(hook);
}

/** Registers a command. @throws {NuvomError} `NUVOM_NO_START` */
export function registerCommand(command: PluginCommand): void {
  context("registerCommand").registerCommand(command);
}
