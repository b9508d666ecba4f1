/** Fetches one URL once: connects or takes a kept connection, reads the body within its limit. @module */

import { connect, type ConnectRules } from "./connect.ts";
import { bodyTooLarge, brokenAnswer, connectFailed } from "./fetch_errors.ts";
import { joined } from "./joined.ts";
import { type HttpAnswer, HttpConnection, HttpError } from "./http_connection.ts";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Unpacked; empty unless the status is 200. */
  readonly body: Uint8Array;
}

/** What is asked for. */
export interface HttpRequest {
  readonly url: URL;
  /** Value of the header, sent over https only. */
  readonly authorization: string | undefined;
  /** Largest body in bytes, before and after it is unpacked. */
  readonly limit: number;
  /** For messages. */
  readonly chain: readonly string[];
  /** Its reason is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Servers that build modules for each runtime look for the name of Deno; without its version their answers, and so the
 * hashes in the lock, do not change with the runtime.
 */
const USER_AGENT = "Deno/2.0.0 (nuvom)";
/** What is read of an answer that is not wanted, to keep its connection. */
const DRAIN_BYTES = 64 * 1024;

/** Keeps connections between requests until it is closed. */
export class HttpClient {
  readonly #rules: ConnectRules;
  readonly #idle = new Map<string, HttpConnection[]>();
  #closed = false;

  constructor(rules: ConnectRules) {
    this.#rules = rules;
  }

  /**
   * @throws {NuvomError} `NUVOM_FETCH_SCHEME`, `…_ADDRESS`, `…_DNS`, `…_CONNECT`, `…_TLS`, `…_BROKEN`, `…_TOO_LARGE`
   */
  async get(request: HttpRequest): Promise<Answer> {
    const kept = this.#idle.get(request.url.origin)?.pop();
    if (kept !== undefined) {
      try {
        return await this.#exchange(kept, request);
      } catch (error) {
        // The server may have hung up at any time since; that says nothing about the module.
        if (kept.answered || request.signal.aborted) throw error;
      }
    }
    const conn = await connect(request.url, this.#rules, request.chain, request.signal);
    return await this.#exchange(new HttpConnection(conn), request);
  }

  /** Ends the connections that are kept, and keeps no more. */
  close(): void {
    this.#closed = true;
    for (const connections of this.#idle.values()) for (const connection of connections) connection.close();
    this.#idle.clear();
  }

  async #exchange(connection: HttpConnection, request: HttpRequest): Promise<Answer> {
    const { url, signal } = request;
    const abort = () => connection.close();
    signal.addEventListener("abort", abort);
    try {
      signal.throwIfAborted();
      const answer = await connection.get(url, headersOf(request));
      const body = answer.status === 200 ? await readBody(answer, request) : await drain(answer);
      if (connection.reusable && !this.#closed) this.#keep(url.origin, connection);
      else connection.close();
      return { status: answer.status, headers: answer.headers, body };
    } catch (error) {
      connection.close();
      signal.throwIfAborted();
      throw translated(error, request);
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  #keep(origin: string, connection: HttpConnection): void {
    const connections = this.#idle.get(origin) ?? [];
    connections.push(connection);
    this.#idle.set(origin, connections);
  }
}

function headersOf({ url, authorization }: HttpRequest): Record<string, string> {
  const headers = { accept: "*/*", "accept-encoding": "gzip", "user-agent": USER_AGENT };
  return authorization === undefined || url.protocol !== "https:" ? headers : { ...headers, authorization };
}

async function readBody({ headers, body }: HttpAnswer, { limit }: HttpRequest): Promise<Uint8Array> {
  const raw = await gather(body, limit);
  const encoding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (encoding === "identity") return raw;
  if (encoding !== "gzip" && encoding !== "x-gzip") throw new HttpError(`its content encoding is ${encoding}`);
  return await gather(gunzip(raw), limit);
}

/** @throws {TooLarge} as soon as there is more than the limit. */
async function gather(parts: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts) {
    length += part.length;
    if (length > limit) throw new TooLarge();
    kept.push(part);
  }
  return joined(kept);
}

class TooLarge extends Error {}

async function* gunzip(packed: Uint8Array): AsyncIterable<Uint8Array> {
  try {
    yield* new Blob([packed as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  } catch (error) {
    throw error instanceof TypeError ? new HttpError("its gzip can't be unpacked") : error;
  }
}

async function drain({ body }: HttpAnswer): Promise<Uint8Array> {
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > DRAIN_BYTES) break;
  }
  return new Uint8Array(0);
}

function translated(error: unknown, { url, chain, limit }: HttpRequest): unknown {
  if (error instanceof TooLarge) return bodyTooLarge(url.href, limit, chain);
  if (error instanceof HttpError) return brokenAnswer(url.href, error.message, chain, error);
  return connectFailed(url.href, chain, error);
}
