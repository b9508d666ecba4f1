/** The realm that a plugin runs in: its verified modules, its grant, and the way to call it. @module */

import type { Clock, EventBus, PermissionSet, PluginMetadata } from "../core/mod.ts";
import { type PreparedGraph, prepareGraph, PrivateFolder, stubsIn } from "../loader/mod.ts";
import { type Isolation, openRealm, type Realm } from "../sandbox/mod.ts";
import { PluginCaller } from "./call.ts";
import { type CodeLoader, graphDigest } from "./code_loader.ts";
import { metadataDiffers } from "./errors.ts";
import { graphDiffers } from "./lock_errors.ts";
import { grantedVariables } from "./grants.ts";
import { guestHost, type HostAnswers } from "./guest_host.ts";
import type { PluginEntry } from "./manifest.ts";
import { loadOptions } from "./import_metadata.ts";

/** What the realm of a plugin is made of. */
export interface PluginRealmParts {
  readonly entry: PluginEntry;
  readonly metadata: PluginMetadata;
  readonly isolation: Isolation;
  readonly grant: PermissionSet;
  /** Of `.env` and the environment; the granted ones reach the plugin. */
  readonly variables: ReadonlyMap<string, string>;
  readonly manifest: { readonly path: string; readonly folder: string };
  readonly code: CodeLoader;
  /** What bare specifiers mean. */
  readonly imports?: Readonly<Record<string, string>>;
  /** Of its modules from URLs, as they were checked; null when there are none. */
  readonly remote: string | null;
  /** Files must stay in it. Absolute. */
  readonly root: string;
  readonly memoryMb?: number;
  readonly limits: { readonly startMs: number; readonly callMs: number; readonly stopMs: number };
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly answers: HostAnswers;
}

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
    const { metadata, clock, limits, manifest, grant } = parts;
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
    });
  }

  /** @throws {NuvomError} `NUVOM_LOADER_…`, `NUVOM_LOCK_…`, `NUVOM_REALM_…`; nothing is left behind then. */
  static async open(parts: PluginRealmParts, registered: (registration: unknown) => void): Promise<PluginRealm> {
    const folder = await PrivateFolder.make();
    // The realm starts while its modules are read and written.
    const files = writeModules(parts, folder);
    const [written, opened] = await Promise.allSettled([files, openIn(folder, files, parts, registered)]);
    if (written.status === "fulfilled" && opened.status === "fulfilled") {
      return new PluginRealm(parts, written.value.prepared, written.value.digest, opened.value);
    }
    // Where there are no files, there is no realm either.
    await folder.remove();
    throw [written, opened].find((each) => each.status === "rejected")!.reason;
  }

  /** Imports the module. @throws {NuvomError} also `NUVOM_PLUGIN_METADATA`: it says something else of itself here. */
  async load(): Promise<void> {
    const { entry, metadata, manifest, limits } = this.#parts;
    const params = { entry: this.#graph.entryRef(entry.module), exportName: entry.exportName };
    const found = await this.caller.call("plugin.load", params, loadOptions(entry, manifest.folder, limits.startMs));
    if (JSON.stringify(found) !== JSON.stringify(metadata)) throw metadataDiffers(metadata.name);
  }

  /** Ends the realm and removes what was written for it. May be called twice. */
  async close(): Promise<void> {
    await this.realm.stop(END_MS);
    await this.#graph.dispose();
  }
}

/** The modules of a plugin, in its folder. */
interface WrittenModules {
  readonly prepared: PreparedGraph;
  readonly digest: string;
}

async function writeModules(
  { entry, root, imports, code, remote, metadata }: PluginRealmParts,
  folder: PrivateFolder,
): Promise<WrittenModules> {
  const graph = await code.load([entry.module], { root, imports });
  // A file of the project may have changed since, and import more than was checked.
  if (graphDigest(graph) !== remote) throw graphDiffers(`plugin "${metadata.name}"`);
  return { prepared: await prepareGraph(graph, folder), digest: graph.digest };
}

async function openIn(
  folder: PrivateFolder,
  files: Promise<WrittenModules>,
  { metadata, isolation, grant, variables, manifest, memoryMb, limits, bus, answers }: PluginRealmParts,
  registered: (registration: unknown) => void,
): Promise<Realm> {
  const plugin = metadata.name;
  let graph: PreparedGraph | undefined;
  const written = files.then(({ prepared }) => void (graph = prepared));
  const mapStack = (stack: string) => graph?.mapStack(stack) ?? stack;
  return await openRealm({
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
  }, guestHost({ ...answers, plugin, bus, mapStack, registered }));
}
