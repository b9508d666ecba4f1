/** What is remembered of plugins between commands, so that nothing has to be imported again. @module */

import { API_VERSION, type PluginMetadata } from "../core/mod.ts";
import { type GraphRecord, isRemote, sha256 } from "../loader/light.ts";
import type { PluginEntry } from "./manifest.ts";
import { pluginMetadata } from "./plugin_shapes.ts";
import { count, dictionary, list, name, nullable, object, oneOf, type Shape, text } from "./shape.ts";
import { writeAtomically } from "./write_atomically.ts";

/** The two capabilities whose backends settings choose by name. */
export const BACKEND_CAPABILITIES = ["queue_backend", "result_backend"] as const;
/** See {@linkcode BACKEND_CAPABILITIES}. */
export type BackendCapability = (typeof BACKEND_CAPABILITIES)[number];

/** A backend that a plugin registered. */
export interface BackendName {
  readonly capability: BackendCapability;
  readonly name: string;
}

/** A command that a plugin registered. */
export interface CommandName {
  readonly name: string;
  readonly summary: string;
}

/** What a plugin registered that others look for by name. */
export interface RegisteredNames {
  readonly backends: readonly BackendName[];
  readonly commands: readonly CommandName[];
}

/** Where a plugin comes from. */
export type PluginSource = Pick<PluginEntry, "specifier" | "module" | "exportName">;

/** What is known of a plugin without running it. */
export interface KnownPlugin extends RegisteredNames {
  readonly metadata: PluginMetadata;
  /** The modules that this holds for. */
  readonly record: GraphRecord;
  /** What bare specifiers meant in them. */
  readonly imports: Readonly<Record<string, string>>;
  /** What its last start registered; a hint of where to look first, no more. */
  readonly backends: readonly BackendName[];
  /** Likewise; for help, which starts nothing. */
  readonly commands: readonly CommandName[];
}

/** Changes when what is kept changes its meaning. */
const VERSION = "2";

type Kept = KnownPlugin & { readonly version: string; readonly module: string; readonly exportName: string | null };

const record: Shape<GraphRecord> = object<GraphRecord>({
  entries: list(text),
  files: list(object({ url: text, sha256: text, bytes: count })),
  inputs: list(object({ path: text, sha256: nullable(text) })),
  digest: name,
});

const kept: Shape<Kept> = object<Kept>({
  version: oneOf([VERSION]),
  module: text,
  exportName: nullable(text),
  metadata: pluginMetadata,
  record,
  imports: dictionary(text),
  backends: list(object<BackendName>({ capability: oneOf(BACKEND_CAPABILITIES), name })),
  commands: list(object<CommandName>({ name, summary: text })),
});

/** One file a plugin, by module and export: a digest, and below it what holds for the hashes that it names. */
export class MetadataCache {
  readonly #folder: string;

  /** @param cacheDir May be missing or read-only: then nothing is remembered. */
  constructor(cacheDir: string) {
    this.#folder = `${cacheDir}/plugins`;
  }

  /** What is remembered; null also for what is torn, of another version, or not about this plugin. */
  find(source: PluginSource): KnownPlugin | null {
    try {
      const [digest, json] = Deno.readTextFileSync(this.#path(source)).split("\n", 2);
      // With one byte changed it may still be read, as a plugin that asks for something else.
      if (json === undefined || digest !== digestOf(json)) return null;
      const found = kept(JSON.parse(json), "");
      return isAbout(found, source) ? found : null;
    } catch {
      return null;
    }
  }

  /** Remembers; a cache that can't be written is no reason to fail. */
  async keep(source: PluginSource, { metadata, record, imports, backends, commands }: KnownPlugin): Promise<void> {
    const { module, exportName } = source;
    const entry: Kept = { version: VERSION, module, exportName, metadata, record, imports, backends, commands };
    try {
      await Deno.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const json = JSON.stringify(entry);
      await writeAtomically(this.#path(source), `${digestOf(json)}\n${json}`);
    } catch { /* the next command reads the module again */ }
  }

  /** Remembers what the start of these very modules registered. */
  async remember(source: PluginSource, digest: string, { backends, commands }: RegisteredNames): Promise<void> {
    const known = this.find(source);
    if (known === null || known.record.digest !== digest) return;
    const before = JSON.stringify([known.backends, known.commands]);
    if (before !== JSON.stringify([backends, commands])) await this.keep(source, { ...known, backends, commands });
  }

  /** Forgets a plugin. */
  async drop(source: PluginSource): Promise<void> {
    await Deno.remove(this.#path(source)).catch(() => {});
  }

  #path({ module, exportName }: PluginSource): string {
    return `${this.#folder}/${digestOf(JSON.stringify([module, exportName]))}.json`;
  }
}

function digestOf(text: string): string {
  return sha256(new TextEncoder().encode(text));
}

function isAbout({ module, exportName, metadata, record }: Kept, source: PluginSource): boolean {
  const major = (version: string) => version.split(".")[0];
  return module === source.module && exportName === source.exportName &&
    // Without files it would be fresh for ever; where a URL leads, the lock says.
    record.entries.includes(module) && record.files.some(({ url }) => url === module || isRemote(url)) &&
    major(metadata.apiVersion) === major(API_VERSION);
}
