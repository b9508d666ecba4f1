/** HTTP/1.1 over a connection, as much of it as a GET needs, and a tunnel. @module */

/** What a server sent that is no HTTP, or less than it announced. */
export class HttpError extends Error {}

/** The head of an answer, and its body as it arrives. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; of several with one name, joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  /** To be read once, and to its end where the connection is to be used again. */
  readonly body: AsyncIterable<Uint8Array>;
}

interface Head extends Pick<HttpAnswer, "status" | "headers"> {
  readonly version: string;
}

const MAX_HEAD_BYTES = 64 * 1024;
const READ_BYTES = 64 * 1024;
const NEWLINE = 10;
const latin1 = new TextDecoder("latin1");

/** One request at a time. */
export class HttpConnection {
  readonly #conn: Deno.Conn;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #unread: Uint8Array = new Uint8Array(0);
  #head = 0;
  #answered = false;
  #reusable = false;

  /** Takes the connection over. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Whether anything of an answer to the last request has come: if not, the server may have hung up before it. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Whether the last answer was read to its end and the server takes another request. */
  get reusable(): boolean {
    return this.#reusable && this.#unread.length === 0;
  }

  /** Ends what is under way. May be called twice. */
  close(): void {
    this.#reusable = false;
    try {
      this.#conn.close();
    } catch { /* it has ended before */ }
  }

  /** Sends a request and reads the head of its answer. @throws {HttpError} and errors of the connection. */
  async get(url: URL, headers: Readonly<Record<string, string>>): Promise<HttpAnswer> {
    this.#reusable = this.#answered = false;
    const head = await this.#ask(`GET ${url.pathname}${url.search}`, { host: url.host, ...headers });
    return { status: head.status, headers: head.headers, body: this.#body(head) };
  }

  /**
   * Asks a proxy for a tunnel; when it says yes, the connection belongs to whoever speaks through it.
   *
   * @param authority `host:port`
   * @returns The status: anything from 200 to 299 is a yes.
   * @throws {HttpError} and errors of the connection.
   */
  async tunnel(authority: string, headers: Readonly<Record<string, string>>): Promise<number> {
    const { status } = await this.#ask(`CONNECT ${authority}`, { host: authority, ...headers });
    // A server waits for its client; whoever speaks first is none.
    if (status < 300 && this.#unread.length > 0) throw new HttpError("something came before the tunnel was used");
    return status;
  }

  async #ask(what: string, headers: Readonly<Record<string, string>>): Promise<Head> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    await this.#send(`${what} HTTP/1.1\r\n${lines.join("")}\r\n`);
    this.#head = 0;
    let head = await this.#readHead();
    while (head.status < 200) head = await this.#readHead();
    return head;
  }

  async #send(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let sent = 0; sent < bytes.length;) sent += await this.#conn.write(bytes.subarray(sent));
  }

  async #readHead(): Promise<Head> {
    const first = /^HTTP\/(1\.[01]) ([1-5]\d\d)(?: |$)/.exec(await this.#line());
    if (first === null) throw new HttpError("it is not HTTP/1.1");
    const headers = new Map<string, string>();
    for (let line = await this.#line(); line !== ""; line = await this.#line()) {
      const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
      if (name === undefined) throw new HttpError("a header of it can't be read");
      const key = name.toLowerCase();
      headers.set(key, headers.has(key) ? `${headers.get(key)}, ${value}` : value!);
    }
    return { version: first[1]!, status: Number(first[2]), headers };
  }

  async *#body({ status, headers, version }: Head): AsyncIterable<Uint8Array> {
    const coding = headers.get("transfer-encoding")?.toLowerCase();
    const length = headers.get("content-length");
    if (status === 204 || status === 304) { /* there is no body, whatever the head says */ }
    else if (coding === "chunked") yield* this.#chunks();
    else if (coding !== undefined) throw new HttpError(`its transfer encoding is ${coding}`);
    else if (length !== undefined) yield* this.#exactly(lengthOf(length));
    else {
      while (await this.#more()) yield this.#take(this.#unread.length);
      return;
    }
    this.#reusable = version === "1.1" && !/\bclose\b/i.test(headers.get("connection") ?? "");
  }

  async *#exactly(bytes: number): AsyncIterable<Uint8Array> {
    for (let left = bytes; left > 0;) {
      if (!await this.#more()) throw new HttpError(`its body ended ${left} of ${bytes} bytes early`);
      const part = this.#take(Math.min(left, this.#unread.length));
      left -= part.length;
      yield part;
    }
  }

  async *#chunks(): AsyncIterable<Uint8Array> {
    while (true) {
      this.#head = 0;
      const size = /^([0-9a-f]{1,8})\s*(?:;.*)?$/i.exec(await this.#line())?.[1];
      if (size === undefined) throw new HttpError("a chunk of it has no size");
      if (parseInt(size, 16) === 0) break;
      yield* this.#exactly(parseInt(size, 16));
      if (await this.#line() !== "") throw new HttpError("a chunk of it is longer than announced");
    }
    while (await this.#line() !== "") { /* trailers mean nothing here */ }
  }

  /** Makes sure that there is something unread; false at the end. */
  async #more(): Promise<boolean> {
    if (this.#unread.length > 0) return true;
    const read = await this.#conn.read(this.#buffer);
    this.#unread = this.#buffer.subarray(0, read ?? 0);
    this.#answered ||= read !== null;
    return read !== null;
  }

  #take(bytes: number): Uint8Array {
    const part = this.#unread.slice(0, bytes);
    this.#unread = this.#unread.subarray(bytes);
    return part;
  }

  async #line(): Promise<string> {
    let line = "";
    while (true) {
      if (!await this.#more()) throw new HttpError("the connection ended before its answer did");
      const end = this.#unread.indexOf(NEWLINE);
      const part = this.#take(end === -1 ? this.#unread.length : end + 1);
      this.#head += part.length;
      if (this.#head > MAX_HEAD_BYTES) throw new HttpError(`its head is longer than ${MAX_HEAD_BYTES} bytes`);
      line += latin1.decode(part);
      if (end !== -1) return line.replace(/\r?\n$/, "");
    }
  }
}

function lengthOf(text: string): number {
  const lengths = new Set(text.split(",").map((part) => part.trim()));
  const [length] = lengths;
  if (lengths.size !== 1 || !/^\d{1,15}$/.test(length!)) throw new HttpError(`its length is ${text}`);
  return Number(length);
}
