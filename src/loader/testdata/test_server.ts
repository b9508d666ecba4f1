/** Servers on this machine and a cache in a temporary folder, for the tests of modules from URLs. @module */

import {
  loadGraph,
  type LoadOptions,
  type LockedGraph,
  lockedGraph,
  LockedModules,
  type ModuleGraph,
  ModuleStore,
  NetworkModules,
  type NetworkOptions,
  type PreparedGraph,
  prepareGraph,
} from "../mod.ts";
import { importAsGuest, type Namespace } from "../testing.ts";

const testdata = (name: string) => Deno.readTextFileSync(new URL(name, import.meta.url));

/** The authority that {@linkcode TestServer.secure} servers are vouched for by. */
export const TEST_AUTHORITY: string = testdata("ca.pem");

/** What a path answers: the text of a module, or the answer itself; `count` is from 1; `closing` resolves at the end. */
export type Route = string | ((request: Request, count: number, closing: Promise<void>) => Answer);
type Answer = Response | Promise<Response>;

/** A server of modules. */
export class TestServer implements AsyncDisposable {
  /** What was asked for, in order. */
  readonly requests: { readonly path: string; readonly authorization: string | null }[] = [];
  /** Ports that requests came from. */
  readonly peers = new Set<number>();
  /** May be changed at any time. */
  readonly routes: Record<string, Route>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #scheme: string;
  readonly #closing = Promise.withResolvers<void>();

  private constructor(routes: Record<string, Route>, tls: { cert?: string; key?: string } = {}) {
    this.routes = routes;
    this.#scheme = tls.cert === undefined ? "http" : "https";
    const options = { hostname: "127.0.0.1", port: 0, onListen() {}, ...tls };
    this.#server = Deno.serve(options as Deno.ServeTcpOptions, (request, { remoteAddr }) => {
      this.peers.add((remoteAddr as Deno.NetAddr).port);
      return this.#answer(request);
    });
  }

  /** Plain http. */
  static open(routes: Record<string, Route>): TestServer {
    return new TestServer(routes);
  }

  /** Over TLS, with a certificate for `localhost`, `one.test`, `two.test` and 127.0.0.1. */
  static secure(routes: Record<string, Route>): TestServer {
    return new TestServer(routes, { cert: testdata("server.pem"), key: testdata("server.key") });
  }

  /** The port. */
  get port(): number {
    return this.#server.addr.port;
  }

  /** The URL of a path. */
  url(path: string, hostname = "127.0.0.1"): string {
    return `${this.#scheme}://${hostname}:${this.port}${path}`;
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.resolve();
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.requests.push({ path: pathname, authorization: request.headers.get("authorization") });
    const route = this.routes[pathname];
    if (route === undefined) return new Response("not here", { status: 404 });
    if (typeof route !== "string") return await route(request, this.count(pathname), this.#closing.promise);
    return new Response(route, { headers: { "content-type": "application/octet-stream" } });
  }
}

/** A server that says exactly what it is told, by lines or bytes, and hangs up; null: without a word. */
export class RawServer implements AsyncDisposable {
  /** Connections so far. */
  connections = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;

  constructor(answer: (connection: number) => string | Uint8Array | null) {
    this.#serving = this.#serve(answer);
  }

  /** The URL of a path. */
  url(path: string): string {
    return `http://127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}${path}`;
  }

  async #serve(answer: (connection: number) => string | Uint8Array | null): Promise<void> {
    for await (const conn of this.#listener) {
      const said = answer(++this.connections);
      await conn.read(new Uint8Array(4_096));
      if (said !== null) {
        const writer = conn.writable.getWriter();
        await writer.write(typeof said === "string" ? new TextEncoder().encode(said) : said).catch(() => {});
        await writer.close().catch(() => {});
      } else conn.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
  }
}

/** Loads graphs into a cache of its own. */
export class TestCache implements AsyncDisposable {
  /** Absolute path. */
  readonly dir: string;
  /** In that folder. */
  readonly store: ModuleStore;
  readonly #prepared: PreparedGraph[] = [];

  private constructor(dir: string) {
    this.dir = dir;
    this.store = new ModuleStore(dir);
  }

  /** Makes the folder. */
  static async open(): Promise<TestCache> {
    return new TestCache(await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" })));
  }

  /** A look at the network; what a test does not say is quick and reaches this machine. */
  network(options: Partial<NetworkOptions> = {}): NetworkModules {
    return new NetworkModules({ store: this.store, allowHttpLoopback: true, attempts: 1, backoffMs: 1, ...options });
  }

  /** The graph of one entry, fetched. */
  async fetch(
    url: string,
    network: Partial<NetworkOptions> = {},
    load: Partial<LoadOptions> = {},
  ): Promise<ModuleGraph> {
    await using remote = this.network(network);
    return await loadGraph([url], { root: this.dir, preparedDir: `${this.dir}/prepared`, remote, ...load });
  }

  /** The graph of one entry as it was locked; nothing is fetched unless a network is given. */
  locked(url: string, lock: LockedGraph, network: NetworkModules | null = null): Promise<ModuleGraph> {
    // As it comes from a file.
    const remote = new LockedModules(JSON.parse(JSON.stringify(lock)), { store: this.store, network });
    return loadGraph([url], { root: this.dir, preparedDir: `${this.dir}/prepared`, remote });
  }

  /** Fetches and locks. */
  async lock(url: string): Promise<LockedGraph> {
    return lockedGraph(await this.fetch(url));
  }

  /** Writes a graph into its private folder. */
  async prepare(graph: ModuleGraph): Promise<PreparedGraph> {
    const prepared = await prepareGraph(graph);
    this.#prepared.push(prepared);
    return prepared;
  }

  /** Imports the first entry of a graph as a guest does. */
  async run(graph: ModuleGraph): Promise<Namespace> {
    return await importAsGuest(await this.prepare(graph), graph.entries[0]!);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const prepared of this.#prepared) await prepared.dispose();
    await Deno.remove(this.dir, { recursive: true });
  }
}
