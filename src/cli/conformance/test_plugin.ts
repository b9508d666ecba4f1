/** Holds one plugin to its contract: load, start, backends, health, stop. @module */

import type { Engine } from "../../engine.ts";
import type { LoadedPlugin } from "../../host/mod.ts";
import { attempt, type Step } from "./step.ts";
import { testBackends } from "./test_backends.ts";

/**
 * Tells of each step as it ends. A plugin that was started is always stopped.
 *
 * @param target A name of the manifest, or a specifier.
 * @param destructive Also backends that can't keep namespaces apart and hold data are tested; they lose it.
 */
export async function* testPlugin(engine: Engine, target: string, destructive: boolean): AsyncGenerator<Step, void> {
  const load = await attempt(target, "loads, and has the shape of a plugin", () => engine.openPlugin(target));
  const plugin = load.value;
  yield plugin === undefined ? load.step : { ...load.step, plugin: plugin.metadata.name };
  if (plugin !== undefined) yield* testLoaded(plugin, destructive);
}

async function* testLoaded(plugin: LoadedPlugin, destructive: boolean): AsyncGenerator<Step, void> {
  const { name } = plugin.metadata;
  const start = await attempt(name, "starts, and registers what it provides", () => plugin.start());
  yield start.step;
  if (start.value === undefined) return;
  let stop: Awaited<ReturnType<typeof attempt>>;
  try {
    yield* testBackends(plugin, start.value, destructive);
    yield (await attempt(name, "says that it is well", () => plugin.health())).step;
  } finally {
    // Also when whoever reads the steps reads no further.
    stop = await attempt(name, "stops", () => plugin.stop());
  }
  yield stop.step;
}
