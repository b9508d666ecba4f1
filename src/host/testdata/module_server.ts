/** A server of modules on this machine, and a project that may use it, for the tests of this room. @module */

import { type Clock, EventBus, systemClock } from "../../core/mod.ts";
import { type LoadedSettings, loadSettings } from "../../settings/mod.ts";
import { addPlugin, type AddReport, type ChangeParts, inspectSource } from "../change/mod.ts";
import { parseLock } from "../lock_json.ts";
import type { Lock } from "../lock.ts";
import type { Manifest } from "../manifest.ts";
import { PluginHost } from "../plugin_host.ts";
import { readManifest } from "../read_manifest.ts";
import type { PermissionSet } from "../../core/mod.ts";

/** Serves texts by path; a text that is a path redirects to it. */
export class ModuleServer implements AsyncDisposable {
  readonly files: Record<string, string>;
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(files: Readonly<Record<string, string>>) {
    this.files = { ...files };
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => this.#answer(request));
  }

  /** The URL of a path. */
  url(path: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}${path}`;
  }

  #answer(request: Request): Response {
    const { pathname, search } = new URL(request.url);
    const path = pathname + search;
    this.asked.push(path);
    const text = this.files[path];
    if (text === undefined) return new Response("no", { status: 404 });
    if (/^\/\S*$/.test(text)) return new Response(null, { status: 302, headers: { location: text } });
    return new Response(text, { headers: { "content-type": "text/plain" } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** A project in a temporary folder, with its own cache. */
export class RemoteProject implements AsyncDisposable {
  /** Absolute real path. */
  readonly folder: string;
  /** `x started`, `x failed NUVOM_…`, then log lines of plugins. */
  readonly heard: string[] = [];
  readonly #hosts: PluginHost[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param manifest Null: there is none yet. */
  static async with(
    manifest: string | null = null,
    files: Readonly<Record<string, string>> = {},
  ): Promise<RemoteProject> {
    const project = new RemoteProject(await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" })));
    if (manifest !== null) await project.write(".nuvom_plugins.toml", manifest);
    for (const [name, text] of Object.entries(files)) await project.write(name, text);
    return project;
  }

  /** The settings, as an environment and flags make them. */
  settings(env: Readonly<Record<string, string>> = {}): LoadedSettings {
    const base = { NUVOM_CACHE_DIR: `${this.folder}/cache`, NUVOM_ALLOW_HTTP_LOOPBACK: "1" };
    return loadSettings({ cwd: this.folder, env: { ...base, ...env } });
  }

  /** For a change. */
  parts(env: Readonly<Record<string, string>> = {}): ChangeParts {
    return { settings: this.settings(env), clock: systemClock satisfies Clock };
  }

  /** Looks at a plugin and adds it. */
  async add(specifier: string, permissions: PermissionSet = {}, env = {}): Promise<AddReport> {
    const parts = this.parts(env);
    return await addPlugin(parts, await inspectSource(parts, { specifier }), { permissions });
  }

  /** A host of the plugins as the manifest is now; stopped at the end. */
  async host(env: Readonly<Record<string, string>> = {}): Promise<PluginHost> {
    const bus = new EventBus();
    bus.on(
      "plugin.state",
      ({ plugin, state, error }) => this.heard.push([plugin, state, error?.code ?? ""].join(" ").trim()),
    );
    bus.on("log", ({ category, message }) => this.heard.push(`${category}: ${message}`));
    const nobody = () => Promise.reject(new Error("nobody answers"));
    const host = await PluginHost.open({
      manifest: await this.manifest(),
      settings: this.settings(env),
      bus,
      metrics: nobody,
      client: { enqueue: nobody, wait: nobody },
    });
    this.#hosts.push(host);
    return host;
  }

  /** Starts the plugins as the manifest is now. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await (await this.host(env)).startAll();
  }

  /** Reads the manifest. */
  manifest(): Promise<Manifest> {
    return readManifest(`${this.folder}/.nuvom_plugins.toml`);
  }

  /** Reads the lock strictly. */
  async lock(): Promise<Lock> {
    return parseLock(await this.text(".nuvom_plugins.lock"), ".nuvom_plugins.lock");
  }

  /** The text of a file. */
  text(name: string): Promise<string> {
    return Deno.readTextFile(`${this.folder}/${name}`);
  }

  /** Writes a file. */
  async write(name: string, text: string): Promise<void> {
    const path = `${this.folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** Manifest and lock, to see that nothing has changed. */
  async state(): Promise<(string | null)[]> {
    const files = [".nuvom_plugins.toml", ".nuvom_plugins.lock"];
    return await Promise.all(files.map((name) => this.text(name).catch(() => null)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) await host.stopAll();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** A plugin of two modules: `/NAME/mod.ts` imports `/NAME/dep.ts`. */
export function remotePlugin(
  name: string,
  { version = "1.0.0", permissions = "{}", dep = "dep" } = {},
): Record<string, string> {
  return {
    [`/${name}/mod.ts`]: `
import { dep } from "./dep.ts";
import type { PluginContext } from "nuvom";
export class Exporter {
  name = ${JSON.stringify(name)};
  version: string = "${version}";
  provides = ["monitoring"];
  permissions = ${permissions};
  start(_settings: unknown, { log }: PluginContext) { log.info("hello from " + dep); }
  stop() {}
}
`,
    [`/${name}/dep.ts`]: `export const dep: string = ${JSON.stringify(dep)};\n`,
  };
}
