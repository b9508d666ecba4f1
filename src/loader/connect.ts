/**
 * Connects to a server at an address that was checked, and to no other. This is why modules are not fetched with
 * `fetch`: it resolves the name once more, and a name may have two answers. (Its `tcp` transport would pin the address,
 * but skips TLS: seen in Deno 2.7 and 2.9.)
 * @module
 */

import { addressClass, isIPv4 } from "./address.ts";
import { addressRefused, connectFailed, hostUnknown, loopbackHttpRefused, tlsFailed } from "./fetch_errors.ts";
import { openTunnel, proxyFor, proxyName, type ProxyRules, refuseInner } from "./proxy.ts";
import { orAborted, withTimeLimit } from "./time_limit.ts";

/** Whom to connect to, and how long to try. */
export interface ConnectRules {
  /** Whether addresses of this machine are reached, also by plain http. */
  readonly allowHttpLoopback: boolean;
  /** Hosts, as URLs print them, that may have addresses which are not public. */
  readonly allowHosts: ReadonlySet<string>;
  /** Certificates to trust besides those that the runtime trusts, as PEM. */
  readonly caCerts: readonly string[];
  /** For the name, the connection and the TLS handshake together. */
  readonly connectMs: number;
  readonly proxy: ProxyRules;
  /** All addresses of a host. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
}

/** Asks the system, as the runtime's own connections do. */
export async function systemLookup(host: string): Promise<readonly string[]> {
  const { lookup } = await import("node:dns/promises");
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/**
 * @param chain For messages.
 * @throws {NuvomError} `NUVOM_FETCH_SCHEME`, `…_ADDRESS`, `…_DNS`, `…_CONNECT`, `…_PROXY`, `…_TLS`; the reason of the
 * signal.
 */
export async function connect(
  url: URL,
  rules: ConnectRules,
  chain: readonly string[],
  outer: AbortSignal,
): Promise<Deno.Conn> {
  const proxy = proxyFor(url, rules.proxy);
  const through = proxy === null ? "" : ` through the proxy ${proxyName(proxy)}`;
  const late = () => connectFailed(url.href, chain, `there was no connection${through} within ${rules.connectMs} ms`);
  return await withTimeLimit(rules.connectMs, late, outer, async (signal) => {
    if (proxy !== null) {
      refuseInner(url, rules.allowHosts, chain);
      return await secure(await openTunnel(url, proxy, chain, signal), url, rules, chain, signal);
    }
    if (url.protocol === "http:" && !rules.allowHttpLoopback) throw loopbackHttpRefused(url.href, chain);
    const addresses = await checkedAddresses(url, rules, chain, signal);
    const conn = await dial(url, addresses, rules.connectMs, chain, signal);
    return url.protocol === "http:" ? conn : await secure(conn, url, rules, chain, signal);
  });
}

/** All of them are checked, not only the one that is used: a mixed answer is an attack or a mistake. */
async function checkedAddresses(
  url: URL,
  rules: ConnectRules,
  chain: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const addresses = await addressesOf(url, rules, chain, signal);
  for (const address of addresses) {
    const is = addressClass(address);
    const allowed = is === "loopback"
      ? rules.allowHttpLoopback
      : url.protocol === "https:" && (is === "public" || rules.allowHosts.has(url.hostname));
    if (!allowed) throw addressRefused(url.href, address, is, chain);
  }
  return addresses;
}

async function addressesOf(
  url: URL,
  rules: ConnectRules,
  chain: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (url.hostname.startsWith("[")) return [url.hostname.slice(1, -1)];
  if (isIPv4(url.hostname)) return [url.hostname];
  try {
    const addresses = await orAborted(rules.lookup(url.hostname), signal);
    if (addresses.length > 0) return addresses;
  } catch (error) {
    signal.throwIfAborted();
    throw hostUnknown(url.href, chain, error);
  }
  throw hostUnknown(url.href, chain, undefined);
}

/** One address after the other, each with its share of the time. */
async function dial(
  url: URL,
  addresses: readonly string[],
  connectMs: number,
  chain: readonly string[],
  outer: AbortSignal,
): Promise<Deno.TcpConn> {
  const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
  const shareMs = connectMs / addresses.length;
  let last: unknown;
  for (const hostname of addresses) {
    try {
      const late = () => new Error(`${hostname} did not answer within ${shareMs} ms`);
      return await withTimeLimit(shareMs, late, outer, (signal) => Deno.connect({ hostname, port, signal }));
    } catch (error) {
      outer.throwIfAborted();
      last = error;
    }
  }
  throw connectFailed(url.href, chain, last);
}

async function secure(
  tcp: Deno.TcpConn,
  url: URL,
  rules: ConnectRules,
  chain: readonly string[],
  signal: AbortSignal,
): Promise<Deno.Conn> {
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  const conn = await Deno.startTls(tcp, { hostname, caCerts: [...rules.caCerts], alpnProtocols: ["http/1.1"] });
  try {
    await orAborted(conn.handshake(), signal);
    return conn;
  } catch (error) {
    conn.close();
    signal.throwIfAborted();
    throw error instanceof Deno.errors.InvalidData
      ? tlsFailed(url.href, chain, error)
      : connectFailed(url.href, chain, error);
  }
}
