/** Loads of code that are told of. @module */

import type { Clock, EventBus } from "../core/mod.ts";
import type { ModuleGraph } from "../loader/mod.ts";

/** Who is told, and by which clock the time is taken. */
export interface LoadListener {
  readonly bus: EventBus;
  readonly clock: Clock;
}

/** What `load` answers. @param what `plugin "x"`, `tasks`. */
export async function toldLoad(
  { bus, clock }: LoadListener,
  what: string,
  load: () => Promise<ModuleGraph>,
): Promise<ModuleGraph> {
  const begun = clock.monotonic();
  const graph = await load();
  const loadMs = clock.monotonic() - begun;
  const { size } = graph.modules;
  const remote = [...graph.modules.values()].filter(({ url }) => /^https?:/.test(url)).length;
  bus.emit("loader.loaded", { what, modules: size, remote, loadMs });
  return graph;
}
