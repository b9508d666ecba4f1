/** A proxy on this machine that opens tunnels, for the tests of modules from URLs. @module */

/** Whatever name it is asked for, it leads to that port of this machine, as its own name server might say. */
export class TestProxy implements AsyncDisposable {
  /** What was asked for, in order. */
  readonly requests: { readonly line: string; readonly authorization: string | null }[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #serving: Promise<void>;
  readonly #tunnels: Promise<unknown>[] = [];

  /** @param answer Its first line, and headers; a yes is followed by the tunnel. */
  constructor(answer = "HTTP/1.1 200 Connection established") {
    this.#serving = this.#serve(answer);
  }

  /** `127.0.0.1:PORT` */
  get host(): string {
    return `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
    await Promise.all(this.#tunnels);
  }

  async #serve(answer: string): Promise<void> {
    for await (const conn of this.#listener) {
      const hangUp = () => {
        try {
          conn.close();
        } catch { /* it has ended before */ }
      };
      this.#tunnels.push(this.#tunnel(conn, answer).catch(hangUp));
    }
  }

  async #tunnel(conn: Deno.TcpConn, answer: string): Promise<void> {
    const buffer = new Uint8Array(4_096);
    const head = new TextDecoder().decode(buffer.subarray(0, await conn.read(buffer) ?? 0));
    const [line] = head.split("\r\n");
    this.requests.push({ line: line!, authorization: /^proxy-authorization: (.*)\r$/im.exec(head)?.[1] ?? null });
    const writer = conn.writable.getWriter();
    await writer.write(new TextEncoder().encode(`${answer}\r\n\r\n`));
    if (!answer.includes(" 200 ")) return await writer.close();
    writer.releaseLock();
    const port = Number(/:(\d+) HTTP/.exec(line!)?.[1]);
    const server = await Deno.connect({ hostname: "127.0.0.1", port });
    await Promise.all([conn.readable.pipeTo(server.writable), server.readable.pipeTo(conn.writable)]);
  }
}
