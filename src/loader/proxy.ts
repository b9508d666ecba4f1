/** The proxy that leads to the network, where there is one. @module */

import { NuvomError } from "../core/mod.ts";
import { addressClass, isIPv4 } from "./address.ts";
import { HttpConnection } from "./http_connection.ts";
import { addressRefused, innerName, proxyInvalid, proxyRefused, proxyUnreachable } from "./fetch_errors.ts";
import { isLoopbackName } from "./remote_url.ts";
import { orAborted } from "./time_limit.ts";

/** What leads to the network. */
export interface ProxyRules {
  /** `http://user:password@host:port`; what is left out of that may be. Empty: there is none. */
  readonly url: string;
  /** Hosts that are reached without it, as in `NO_PROXY`. */
  readonly except: string;
}

/** One that is asked for tunnels. */
export interface Proxy {
  readonly hostname: string;
  readonly port: number;
  /** Value of `Proxy-Authorization`. */
  readonly authorization: string | null;
}

/** Names of private networks by RFC 6761, 6762 and 8375 and by ICANN; one without a dot is one anyway. */
const INNER_NAME = /^[^.]+$|\.(localhost|local|internal|home\.arpa)$/;

/**
 * The proxy for a URL; null where it is reached without one, as this machine always is.
 * @throws {NuvomError} `NUVOM_FETCH_PROXY`
 */
export function proxyFor(url: URL, { url: text, except }: ProxyRules): Proxy | null {
  if (text === "" || isLoopbackName(url.hostname) || isExcepted(url, except)) return null;
  const proxy = URL.parse(text.includes("://") ? text : `http://${text}`);
  // There is no TLS within TLS in this runtime, and of SOCKS it knows nothing.
  if (proxy?.protocol !== "http:" || proxy.hostname === "") throw proxyInvalid(proxy?.protocol ?? null);
  const { username, password } = proxy;
  return {
    hostname: proxy.hostname.replace(/^\[|\]$/g, ""),
    port: Number(proxy.port) || 80,
    authorization: username === "" ? null : `Basic ${base64(`${decoded(username)}:${decoded(password)}`)}`,
  };
}

/** The name of a proxy for messages, without its password. */
export function proxyName({ hostname, port }: Proxy): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

/**
 * A proxy resolves the name of the target itself, so only what the name says can be judged here.
 * @throws {NuvomError} `NUVOM_FETCH_ADDRESS`
 */
export function refuseInner(url: URL, allowHosts: ReadonlySet<string>, chain: readonly string[]): void {
  const isAllowed = allowHosts.has(url.hostname);
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const is = host.includes(":") || isIPv4(host) ? addressClass(host) : null;
  if (is === "loopback" || is !== null && is !== "public" && !isAllowed) {
    throw addressRefused(url.href, host, is, chain);
  }
  if (is === null && INNER_NAME.test(host) && !isAllowed) throw innerName(url.href, chain);
}

/**
 * Opens a tunnel to the server of a URL.
 * @throws {NuvomError} `NUVOM_FETCH_PROXY`; the reason of the signal.
 */
export async function openTunnel(
  url: URL,
  proxy: Proxy,
  chain: readonly string[],
  signal: AbortSignal,
): Promise<Deno.TcpConn> {
  const { hostname, port, authorization } = proxy;
  const tcp = await Deno.connect({ hostname, port, signal }).catch((error) => {
    signal.throwIfAborted();
    throw proxyUnreachable(url.href, proxyName(proxy), chain, error);
  });
  try {
    const headers: Record<string, string> = authorization === null ? {} : { "proxy-authorization": authorization };
    const authority = `${url.hostname}:${url.port || 443}`;
    const status = await orAborted(new HttpConnection(tcp).tunnel(authority, headers), signal);
    if (status < 200 || status > 299) throw proxyRefused(url.href, proxyName(proxy), status, chain);
    return tcp;
  } catch (error) {
    tcp.close();
    signal.throwIfAborted();
    throw error instanceof NuvomError ? error : proxyUnreachable(url.href, proxyName(proxy), chain, error);
  }
}

/** `example.com` and `.example.com` stand for that host and all below it, `*` for every one; a port may follow. */
function isExcepted({ hostname, port }: URL, except: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return except.split(/[\s,]+/).filter((entry) => entry !== "").some((entry) => {
    if (entry === "*") return true;
    const [, name, only] = /^(?:\*?\.)?(\[[^\]]*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    const plain = name?.replace(/^\[|\]$/g, "");
    const isNamed = plain !== undefined && plain !== "" && (host === plain || host.endsWith(`.${plain}`));
    return isNamed && (only === undefined || only === (port || "443"));
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
