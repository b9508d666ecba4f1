/** The order in which plugins start. @module */

import { requiresCycle, requiresUnknown } from "./errors.ts";

/** What the order is made from. */
export interface Ordered {
  readonly name: string;
  readonly requires: readonly string[];
}

/**
 * The wanted plugins and all that they require, each after what it requires; otherwise in the order of `wanted`.
 *
 * @param all Every plugin that may be required.
 * @throws {NuvomError} `NUVOM_PLUGIN_REQUIRES`, with the chain that leads to an unknown name or round in a circle.
 */
export function startOrder<P extends Ordered>(wanted: readonly P[], all: readonly P[]): P[] {
  const byName = new Map(all.map((plugin) => [plugin.name, plugin]));
  const order = new Set<P>();
  const visit = (plugin: P, chain: readonly string[]) => {
    if (order.has(plugin)) return;
    const here = [...chain, plugin.name];
    if (chain.includes(plugin.name)) throw requiresCycle(here.slice(chain.indexOf(plugin.name)));
    for (const name of plugin.requires) {
      const required = byName.get(name);
      if (required === undefined) throw requiresUnknown([...here, name], [...byName.keys()]);
      visit(required, here);
    }
    order.add(plugin);
  };
  for (const plugin of wanted) visit(plugin, []);
  return [...order];
}
