/** The realm that a plugin runs in: its verified modules, its grant, and the way to call it. @module */

import type { Clock, EventBus, PermissionSet, PluginMetadata } from "../core/mod.ts";
import { type PreparedGraph, type PrivateFolder, stubsIn } from "../loader/mod.ts";
import type { Isolation, Realm } from "../sandbox/mod.ts";
import { PluginCaller } from "./call.ts";
import type { CallFigures } from "./call_figures.ts";
import { metadataDiffers } from "./errors.ts";
import { grantedVariables } from "./grants.ts";
import { guestHost, type GuestHostParts, type HostAnswers } from "./guest_host.ts";
import type { PluginEntry } from "./manifest.ts";
import { loadOptions } from "./import_metadata.ts";
import type { PluginCode, WrittenCode } from "./plugin_code.ts";
import { openToldRealm } from "./told_realm.ts";

/** What the realm of a plugin is made of. */
export interface PluginRealmParts {
  readonly entry: PluginEntry;
  readonly metadata: PluginMetadata;
  readonly isolation: Isolation;
  readonly grant: PermissionSet;
  /** Of `.env` and the environment; the granted ones reach the plugin. */
  readonly variables: ReadonlyMap<string, string>;
  readonly manifest: { readonly path: string; readonly folder: string };
  /** Whoever made it disposes of it, when no realm needs it any more. */
  readonly code: PluginCode;
  /** Of a process realm. */
  readonly memoryMb: number;
  /** Where its calls are counted. */
  readonly figures: CallFigures;
  readonly limits: { readonly startMs: number; readonly callMs: number; readonly stopMs: number };
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly answers: HostAnswers;
}

/** What a plugin does unasked, and what it is in the middle of. */
export type PluginTells = Pick<GuestHostParts, "registered" | "runsCommand">;

/** How long a realm has to end by itself once its plugin has stopped. */
const END_MS = 1_000;

/** A realm that is open; the plugin's module is imported by `load`. */
export class PluginRealm {
  readonly realm: Realm;
  readonly caller: PluginCaller;
  /** Of the modules in it. */
  readonly digest: string;
  readonly #graph: PreparedGraph;
  readonly #parts: PluginRealmParts;

  private constructor(parts: PluginRealmParts, graph: PreparedGraph, digest: string, realm: Realm) {
    const { metadata, clock, limits, manifest, grant, figures, bus } = parts;
    this.realm = realm;
    this.digest = digest;
    this.#graph = graph;
    this.#parts = parts;
    this.caller = new PluginCaller({
      plugin: metadata.name,
      realm,
      clock,
      timeoutMs: limits.callMs,
      mapStack: (stack) => graph.mapStack(stack),
      manifest,
      granted: grant,
      figures,
      bus,
    });
  }

  /** @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_LOCK_…`, `NUVOM_REALM_…`; nothing is left behind then. */
  static async open(parts: PluginRealmParts, tells: PluginTells): Promise<PluginRealm> {
    const { folder, written } = await parts.code.begin();
    // The realm starts while its modules are read and written; where there are none, there is no realm either.
    const [files, opened] = await Promise.allSettled([written, openIn(folder, written, parts, tells)]);
    if (files.status === "fulfilled" && opened.status === "fulfilled") {
      return new PluginRealm(parts, files.value.graph, files.value.digest, opened.value);
    }
    throw [files, opened].find((each) => each.status === "rejected")!.reason;
  }

  /** Imports the module. @throws {NuvomError} also `NUVOM_PLUGIN_METADATA`: it says something else of itself here. */
  async load(): Promise<void> {
    const { entry, metadata, manifest, limits } = this.#parts;
    const params = { entry: this.#graph.entryRef(entry.module), exportName: entry.exportName };
    const found = await this.caller.call("plugin.load", params, loadOptions(entry, manifest.folder, limits.startMs));
    if (JSON.stringify(found) !== JSON.stringify(metadata)) throw metadataDiffers(metadata.name);
  }

  /** Ends the realm. May be called twice. */
  async close(): Promise<void> {
    await this.realm.stop(END_MS);
  }
}

async function openIn(
  folder: PrivateFolder,
  files: Promise<WrittenCode>,
  { metadata, isolation, grant, variables, manifest, memoryMb, limits, bus, answers }: PluginRealmParts,
  tells: PluginTells,
): Promise<Realm> {
  const plugin = metadata.name;
  let graph: PreparedGraph | undefined;
  const written = files.then((code) => void (graph = code.graph));
  const mapStack = (stack: string) => graph?.mapStack(stack) ?? stack;
  return await openToldRealm(bus, {
    name: `plugin "${plugin}"`,
    kind: isolation,
    role: "plugin",
    graph: stubsIn(folder),
    written,
    grant,
    env: grantedVariables(grant, variables),
    cwd: manifest.folder,
    memoryMb,
    startTimeoutMs: limits.startMs,
  }, guestHost({ ...answers, plugin, bus, mapStack, ...tells }));
}
