/** Which commands plugins have, as far as that is remembered. @module */

import type { Manifest } from "./manifest.ts";
import { type CommandName, MetadataCache } from "./metadata_cache.ts";

/** What is remembered of the plugins of a manifest. */
export interface KnownCommands {
  /** What the last start of each plugin that provides commands registered, by its name; none before its first start. */
  readonly plugins: ReadonlyMap<string, readonly CommandName[]>;
  /** Whether nothing is remembered of some plugin, not even its name. */
  readonly isPartial: boolean;
}

/** Imports and starts nothing, so a plugin that has changed since shows what it was. */
export function knownCommands({ plugins }: Manifest, cacheDir: string): KnownCommands {
  const cache = new MetadataCache(cacheDir);
  const known = plugins.map((entry) => cache.find(entry));
  return {
    plugins: new Map(
      known.flatMap((one) => one?.metadata.provides.includes("cli") ? [[one.metadata.name, one.commands]] : []),
    ),
    isPartial: known.includes(null),
  };
}
