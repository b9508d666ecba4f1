/** A project with plugins in a temporary folder, for the tests of this room. @module */

import { type Capability, type Clock, EventBus, type EventName, type EventTable, NuvomError } from "../../core/mod.ts";
import { loadSettings } from "../../settings/mod.ts";
import type { LoadedSettings } from "../../settings/mod.ts";
import type { HostAnswers } from "../guest_host.ts";
import type { Manifest, PluginEntry, PluginSection } from "../manifest.ts";
import { toFileUrl } from "../paths.ts";
import { PluginHost } from "../plugin_host.ts";

/** What a project is made of; all of it but the files is optional. */
export interface TestSiteOptions {
  /** Files by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Capabilities by specifier (`FILE#EXPORT`). @default each file of `files`, under nothing */
  readonly plugins?: Readonly<Record<string, readonly Capability[]>>;
  readonly sections?: Readonly<Record<string, Partial<PluginSection>>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly answers?: Partial<HostAnswers>;
}

/** A project, its host, and what was heard of it. */
export class TestSite implements AsyncDisposable {
  /** Absolute real path. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly settings: LoadedSettings;
  readonly bus = new EventBus();
  /** `x started`, `x failed NUVOM_…`. */
  readonly states: string[] = [];
  /** `info plugin.x: text`, `stdout x: text`. */
  readonly lines: string[] = [];
  readonly #options: TestSiteOptions;
  readonly #hosts: PluginHost[] = [];

  private constructor(folder: string, options: TestSiteOptions) {
    this.folder = folder;
    this.#options = options;
    this.manifest = manifestOf(folder, options);
    const env = { NUVOM_CACHE_DIR: `${folder}/cache`, ...options.env };
    this.settings = loadSettings({ cwd: folder, env });
    this.bus.on(
      "plugin.state",
      ({ plugin, state, error }) =>
        this.states.push([plugin, state, ...(error?.code === undefined ? [] : [error.code])].join(" ")),
    );
    this.bus.on("log", ({ level, category, message }) => this.lines.push(`${level} ${category}: ${message}`));
    this.bus.on("plugin.output", ({ plugin, stream, text }) => this.lines.push(`${stream} ${plugin}: ${text}`));
  }

  /** Writes the files. */
  static async with(options: TestSiteOptions): Promise<TestSite> {
    const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" }));
    const site = new TestSite(folder, options);
    for (const [name, text] of Object.entries(options.files)) await site.write(name, text);
    return site;
  }

  /** Writes one more file, or another text into one. */
  async write(name: string, text: string): Promise<void> {
    const path = `${this.folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }

  /** A host, stopped at the end of the test. */
  async open(): Promise<PluginHost> {
    const { manifest, settings, bus } = this;
    const { clock, answers } = this.#options;
    const nobody = () => Promise.reject(new Error("nobody answers"));
    const host = await PluginHost.open({
      manifest,
      settings,
      bus,
      builtins: ["sqlite"],
      metrics: nobody,
      client: { enqueue: nobody, wait: nobody },
      ...answers,
      ...(clock === undefined ? {} : { clock }),
    });
    this.#hosts.push(host);
    return host;
  }

  /** The next event of which the condition holds. */
  async next<N extends EventName>(
    name: N,
    holds: (event: EventTable[N]) => boolean = () => true,
  ): Promise<EventTable[N]> {
    const found = Promise.withResolvers<EventTable[N]>();
    const off = this.bus.on(name, (event) => holds(event) && found.resolve(event));
    const event = await found.promise;
    off();
    return event;
  }

  /** Waits until a log line has the text. */
  async heard(text: string): Promise<string> {
    const find = () => this.lines.find((line) => line.includes(text));
    return find() ?? (await this.next("log", ({ message }) => message.includes(text)), find()!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const host of this.#hosts) await host.stopAll();
    await Deno.remove(this.folder, { recursive: true });
  }
}

function manifestOf(folder: string, { files, plugins, sections = {} }: TestSiteOptions): Manifest {
  const listed = plugins ?? Object.fromEntries(Object.keys(files).map((name) => [name, []]));
  return {
    path: `${folder}/.nuvom_plugins.toml`,
    folder,
    plugins: Object.entries(listed).map(([specifier, listedUnder], i) => entryOf(folder, specifier, listedUnder, i)),
    sections: new Map(
      Object.entries(sections).map(([name, section], i) => {
        const place = `.nuvom_plugins.toml:${20 + i}`;
        return [name, { name, permissions: {}, optional: false, settings: {}, place, ...section }];
      }),
    ),
    tasks: { modules: [], permissions: {}, place: ".nuvom_plugins.toml:99" },
  };
}

function entryOf(folder: string, specifier: string, listedUnder: readonly Capability[], line: number): PluginEntry {
  const [file, exportName = null] = specifier.split("#");
  const module = file!.startsWith("nuvom:") ? file! : toFileUrl(`${folder}/${file}`);
  return { specifier, module, exportName, listedUnder, place: `.nuvom_plugins.toml:${line + 2}:10` };
}

/** The error that a promise rejects with; fails when it does not. */
export async function errorOf(work: Promise<unknown>): Promise<NuvomError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof NuvomError) return error;
    throw error;
  }
  throw new Error("it did not reject");
}

/** A plugin that says in the log what it does: `x.start`, `x.stop`. */
export function tracing(
  name: string,
  { provides = "[]", requires = "[]", start = "", stop = "", extra = "" } = {},
): string {
  return `
import type { PluginContext } from "nuvom";
let log: PluginContext["log"];
export default {
  name: ${JSON.stringify(name)},
  provides: ${provides},
  requires: ${requires},
  ${extra}
  async start(settings: Record<string, unknown>, context: PluginContext) {
    ({ log } = context);
    log.info("${name}.start");
    ${start}
  },
  async stop() {
    log.info("${name}.stop");
    ${stop}
  },
};
`;
}
