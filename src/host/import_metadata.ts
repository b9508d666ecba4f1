/** Learns what a plugin says of itself, by importing its module where it can do nothing. @module */

import { type Clock, NuvomError, type PluginMetadata } from "../core/mod.ts";
import { type ModuleGraph, type PreparedGraph, prepareGraph } from "../loader/mod.ts";
import { openRealm, type RealmHost, unknownMethod } from "../sandbox/mod.ts";
import { type CallOptions, PluginCaller } from "./call.ts";
import { implausibleMetadata, importFailed, refusedInGuest, startTimeout } from "./errors.ts";
import type { PluginSource } from "./metadata_cache.ts";
import { topPlace } from "./place.ts";
import { pluginMetadata } from "./plugin_shapes.ts";

/** How a module is imported for its metadata. */
export interface ImportLimits {
  readonly manifest: { readonly path: string; readonly folder: string };
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly clock: Clock;
}

/** Nobody is there for a module that must do nothing. */
const DEAF: RealmHost = { call: (method) => Promise.reject(unknownMethod(method)), note() {}, output() {} };
const END_MS = 500;

/** What a plugin in a graph says of itself, where it can do nothing. @throws {NuvomError} `NUVOM_PLUGIN_IMPORT`, `NUVOM_PLUGIN_START_TIMEOUT`,
 * `NUVOM_PLUGIN_EXPORT_MISSING`, `NUVOM_PLUGIN_SHAPE`, `NUVOM_PLUGIN_API`, `NUVOM_REALM_…` */
export async function importMetadata(
  source: PluginSource,
  graph: ModuleGraph,
  limits: ImportLimits,
): Promise<PluginMetadata> {
  const prepared = await prepareGraph(graph);
  try {
    return await importAlone(source, prepared, limits);
  } finally {
    await prepared.dispose();
  }
}

/** How `plugin.load` is called, here and in the realm that the plugin then runs in. */
export function loadOptions(source: PluginSource, folder: string, timeoutMs: number): CallOptions<PluginMetadata> {
  return {
    what: "import",
    answer: pluginMetadata,
    timeoutMs,
    waits: true,
    late: (ms) => startTimeout(source.specifier, "import", ms),
    implausible: (detail) => implausibleMetadata(source.specifier, detail),
    failed(thrown, place) {
      const code = thrown instanceof NuvomError ? thrown.code : undefined;
      if (code === "NUVOM_PLUGIN_IMPORT" && thrown.cause instanceof Error) {
        // The guest has wrapped it without knowing where it comes from.
        return importFailed(source.specifier, thrown.cause, topPlace(thrown.cause.stack ?? "", folder));
      }
      if (thrown instanceof NuvomError && code !== "NUVOM_REALM_GONE") return refusedInGuest(thrown);
      return importFailed(source.specifier, thrown, place);
    },
  };
}

/** A process, because only a process can be ended while its module spins. */
async function importAlone(
  source: PluginSource,
  graph: PreparedGraph,
  { manifest, clock, timeoutMs, memoryMb }: ImportLimits,
): Promise<PluginMetadata> {
  const name = `plugin "${source.specifier}"`;
  const spec = { name, kind: "process", role: "plugin", graph, grant: {}, env: {}, memoryMb } as const;
  const realm = await openRealm({ ...spec, startTimeoutMs: timeoutMs }, DEAF);
  const mapStack = (stack: string) => graph.mapStack(stack);
  const caller = new PluginCaller({
    plugin: source.specifier,
    realm,
    clock,
    timeoutMs,
    mapStack,
    manifest,
    granted: {},
  });
  const { module, exportName } = source;
  const params = { entry: graph.entryRef(module), exportName };
  try {
    return await caller.call("plugin.load", params, loadOptions(source, manifest.folder, timeoutMs));
  } finally {
    await realm.stop(END_MS);
  }
}
