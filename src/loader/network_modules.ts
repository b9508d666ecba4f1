/** Modules from URLs, fetched; each goes into the store. @module */

import { backoffDelay, NuvomError } from "../core/mod.ts";
import { type ConnectRules, systemLookup } from "./connect.ts";
import { badRedirect, badStatus, fetchTimeout, wrongType } from "./fetch_errors.ts";
import { type Answer, HttpClient } from "./http_client.ts";
import { type MediaType, notAModule, servedMediaType } from "./media_type.ts";
import type { ModuleStore } from "./module_store.ts";
import type { RemoteModule, RemoteModules } from "./remote.ts";
import { remoteUrl } from "./remote_url.ts";
import type { ProxyRules } from "./proxy.ts";
import { pause, withTimeLimit } from "./time_limit.ts";

/** How modules are fetched. Durations are in milliseconds. */
export interface NetworkOptions {
  readonly store: ModuleStore;
  /** Whether this machine's own addresses are reached, also by plain http; for tests. @default false */
  readonly allowHttpLoopback?: boolean;
  /** Hosts, as URLs print them, that may have addresses which are not public. */
  readonly allowHosts?: Iterable<string>;
  /** Value of the `Authorization` header by host; see {@linkcode parseAuthTokens}. */
  readonly tokens?: ReadonlyMap<string, string>;
  /** Certificates to trust besides those that the runtime trusts, as PEM. */
  readonly caCerts?: readonly string[];
  /** For the name, the connection and the TLS handshake together. @default 10000 */
  readonly connectMs?: number;
  /** For one URL with all its attempts. @default 60000 */
  readonly totalMs?: number;
  /** Largest module in bytes, before and after it is unpacked. @default 4194304 */
  readonly maxBytes?: number;
  /** How often one URL is asked for when its server is busy or can't be reached. @default 4 */
  readonly attempts?: number;
  /** Wait after the first failed attempt; it doubles. @default 250 */
  readonly backoffMs?: number;
  /** Gives up what is under way; its reason is thrown. */
  readonly signal?: AbortSignal;
  /** What leads to the network, and to which hosts it does not. @default no proxy */
  readonly proxy?: ProxyRules;
  /** All addresses of a host. @default what the system says */
  readonly lookup?: (host: string) => Promise<readonly string[]>;
}

/** One step towards a module. */
type Hop =
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "module"; readonly module: RemoteModule };
type Attempt = Hop | { readonly kind: "failed"; readonly error: NuvomError; readonly afterMs?: number };

const NO_PROXY: ProxyRules = { url: "", except: "" };
const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const BUSY: readonly number[] = [429, 500, 502, 503, 504];
/** The network may recover; what a server says about a module stays. */
const TRANSIENT: readonly string[] = ["NUVOM_FETCH_CONNECT", "NUVOM_FETCH_BROKEN"];

/**
 * One look at the network: a URL is fetched once, and whoever asks again gets the same module, whatever its server
 * says by then.
 */
export class NetworkModules implements RemoteModules {
  readonly #options: NetworkOptions;
  readonly #client: HttpClient;
  readonly #hops = new Map<string, Promise<Hop>>();
  readonly #closing = new AbortController();
  readonly #over: AbortSignal;

  /** Fetches nothing yet. */
  constructor(options: NetworkOptions) {
    const { allowHttpLoopback = false, allowHosts = [], caCerts = [], connectMs = 10_000 } = options;
    const { proxy = NO_PROXY, lookup = systemLookup, signal } = options;
    const hosts = new Set(allowHosts);
    const rules: ConnectRules = { allowHttpLoopback, allowHosts: hosts, caCerts, connectMs, proxy, lookup };
    this.#options = options;
    this.#client = new HttpClient(rules);
    this.#over = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])]);
  }

  /** @throws {NuvomError} `NUVOM_FETCH_…`, `NUVOM_STORE_WRITE` */
  async load(asked: string, chain: readonly string[]): Promise<RemoteModule> {
    const visited = [remoteUrl(asked, null, chain)];
    while (visited.length <= MAX_REDIRECTS + 1) {
      const at = visited.at(-1)!;
      const hop = await this.#hop(at, chain);
      if (hop.kind === "module") return hop.module;
      // Each step is judged as if it had been asked for: its scheme here, its host and address when it is connected to.
      const next = remoteUrl(hop.location, at, chain);
      if (visited.includes(next)) throw badRedirect(asked, `they come back to ${next}`, chain);
      visited.push(next);
    }
    throw badRedirect(asked, `there are more than ${MAX_REDIRECTS}`, chain);
  }

  /** Ends what is under way and all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new DOMException("The fetch was given up.", "AbortError"));
    this.#client.close();
    await Promise.allSettled(this.#hops.values());
  }

  #hop(url: string, chain: readonly string[]): Promise<Hop> {
    const known = this.#hops.get(url);
    if (known !== undefined) return known;
    const hop = this.#fetch(url, chain);
    this.#hops.set(url, hop);
    hop.catch(() => this.#hops.delete(url));
    return hop;
  }

  async #fetch(url: string, chain: readonly string[]): Promise<Hop> {
    const { totalMs = 60_000, attempts = 4, backoffMs = 250 } = this.#options;
    const deadline = performance.now() + totalMs;
    return await withTimeLimit(
      totalMs,
      () => fetchTimeout(url, totalMs, chain),
      this.#over,
      async (signal) => {
        for (let attempt = 1;; attempt++) {
          const outcome = await this.#attempt(url, chain, signal);
          if (outcome.kind !== "failed") return outcome;
          const waitMs = outcome.afterMs ?? backoffDelay({ baseMs: backoffMs, attempt });
          if (attempt === attempts || performance.now() + waitMs > deadline) throw outcome.error;
          await pause(waitMs, signal);
        }
      },
    );
  }

  async #attempt(href: string, chain: readonly string[], signal: AbortSignal): Promise<Attempt> {
    const url = new URL(href);
    const { tokens, maxBytes: limit = 4 * 1024 * 1024 } = this.#options;
    const authorization = tokens?.get(url.host);
    try {
      const answer = await this.#client.get({ url, authorization, limit, chain, signal });
      return this.#judge(href, answer, chain);
    } catch (error) {
      if (!(error instanceof NuvomError) || !TRANSIENT.includes(error.code)) throw error;
      return { kind: "failed", error };
    }
  }

  #judge(url: string, { status, headers, body }: Answer, chain: readonly string[]): Attempt {
    if (REDIRECTS.includes(status)) {
      const location = headers.get("location");
      if (location === undefined) throw badRedirect(url, "the server does not say where to", chain);
      return { kind: "redirect", location };
    }
    if (BUSY.includes(status)) {
      const afterMs = retryAfterMs(headers.get("retry-after"));
      return { kind: "failed", error: badStatus(url, status, chain), afterMs };
    }
    if (status !== 200) throw badStatus(url, status, chain);
    const contentType = headers.get("content-type") ?? null;
    const received = notAModule(url, contentType, body);
    if (received !== null) throw wrongType(url, received, contentType, chain);
    return { kind: "module", module: this.#store(url, servedMediaType(url, contentType), body) };
  }

  #store(url: string, mediaType: MediaType, body: Uint8Array): RemoteModule {
    const sha256 = this.#options.store.put(body);
    return { url, mediaType, sha256, bytes: body.length, read: () => Promise.resolve(body) };
  }
}

/** Seconds or a date; undefined where it says neither. */
function retryAfterMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
