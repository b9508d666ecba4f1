/** Serves real packages on this machine, as networks for browsers do. @module */

/** Texts by path, and files of `node_modules` under `/npm/`. */
export class PackageServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #texts: Readonly<Record<string, string>>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param texts Made for the origin of the server. */
  constructor(nodeModules: string, texts: (origin: string) => Readonly<Record<string, string>>) {
    this.#folder = nodeModules;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      ({ url }) => this.#answer(new URL(url).pathname),
    );
    this.#texts = texts(this.url(""));
  }

  /** The URL of a path. */
  url(path: string): string {
    return `http://127.0.0.1:${this.#server.addr.port}${path}`;
  }

  /** A name without an ending leads to the file; where only the TypeScript source is there, it stands in for `.js`. */
  async #answer(path: string): Promise<Response> {
    const text = this.#texts[path] ?? await this.#file(path);
    // Servers know the ending .ts as that of films.
    const type = path.endsWith(".ts") ? "video/mp2t" : "application/javascript";
    if (text !== null) return new Response(text, { headers: { "content-type": type } });
    const source = path.endsWith(".js") ? await this.#file(path.replace(/js$/, "ts")) : null;
    if (source !== null) return new Response(source, { headers: { "content-type": "application/typescript" } });
    if (await this.#file(`${path}.js`) === null) return new Response("no such file", { status: 404 });
    return new Response(null, { status: 302, headers: { location: `${path}.js` } });
  }

  async #file(path: string): Promise<string | null> {
    if (!path.startsWith("/npm/")) return null;
    try {
      return await Deno.readTextFile(`${this.#folder}${path.slice("/npm".length)}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return null;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
