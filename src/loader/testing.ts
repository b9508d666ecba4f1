/** A project in a temporary folder, for the tests of this room. @module */

import {
  BRIDGE,
  type GuestBridge,
  loadGraph,
  type ModuleGraph,
  type PreparedGraph,
  prepareGraph,
  STUBS,
} from "./mod.ts";

/** What a module exports, as a test sees it. */
// deno-lint-ignore no-explicit-any
export type Namespace = Record<string, any>;

/** Files in a folder of their own; removed at the end of the test. */
export class TestProject {
  /** Absolute real path. */
  readonly root: string;
  readonly #prepared: PreparedGraph[] = [];

  private constructor(root: string) {
    this.root = root;
  }

  /** Writes the files; names may hold slashes. */
  static async with(files: Readonly<Record<string, string | Uint8Array>>): Promise<TestProject> {
    const project = new TestProject(await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" })));
    for (const [name, content] of Object.entries(files)) await project.write(name, content);
    return project;
  }

  /** Writes one more file. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    const path = `${this.root}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }

  /** The `file:` URL of a name. */
  url(name: string): string {
    return new URL(`file://${this.root}/${name}`).href;
  }

  /** The graph of some entries. */
  graph(...names: string[]): Promise<ModuleGraph> {
    return loadGraph(names.map((name) => this.url(name)), { root: this.root });
  }

  /** The graph of an entry in its private folder. */
  async prepare(...names: string[]): Promise<PreparedGraph> {
    const prepared = await prepareGraph(await this.graph(...names));
    this.#prepared.push(prepared);
    return prepared;
  }

  /** Imports an entry as a guest does. */
  async run(name: string, bridge: Partial<GuestBridge> = {}): Promise<Namespace> {
    return await importAsGuest(await this.prepare(name), this.url(name), bridge);
  }

  /** Removes everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const prepared of this.#prepared) await prepared.dispose();
    await Deno.remove(this.root, { recursive: true });
  }
}

/** The stubs first, while the bridge stands; then the entry. */
export async function importAsGuest(
  prepared: PreparedGraph,
  url: string,
  bridge: Partial<GuestBridge> = {},
): Promise<Namespace> {
  const scope = globalThis as unknown as Record<string, unknown>;
  scope[BRIDGE] = { sdk: {}, env: {}, write: () => {}, ...bridge };
  try {
    for (const stub of STUBS) await import(prepared.fileOf(stub));
  } finally {
    delete scope[BRIDGE];
  }
  return await import(prepared.fileOf(url));
}
