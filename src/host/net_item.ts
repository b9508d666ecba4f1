/**
 * Items of `net` and `import` permissions. Deno takes some of them that never match (`10.0.0.0/8:80`, `127.1`,
 * `256.1.1.1`), and its versions differ in others; what is taken here means the same in all.
 * @module
 */

/** One item, taken apart. */
export interface NetItem {
  /** Lower case; `[::1]`, `*.example.com`, `10.0.0.0/8`, or `unix:/path`. */
  readonly host: string;
  /** Null: every port. */
  readonly port: number | null;
}

/** Why a text is no item, as the rest of a sentence, and how to write it. */
export interface NetProblem {
  readonly problem: string;
  readonly mend: string;
}

const EXAMPLES = 'Write a host with or without a port, such as "api.example.com:443", "127.0.0.1" or "[::1]:80".';

/** Takes an item apart. */
export function parseNetItem(text: string): NetItem | NetProblem {
  if (text.startsWith("unix:")) return { host: text, port: null };
  if (text.includes("://")) return fromUrl(text);
  if (/^[^[\]]*:[^[\]]*:/.test(text)) return problem("is no host; an IPv6 address stands in brackets");
  const [, rawHost = "", rawPort] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text) ?? [];
  const host = parseHost(rawHost.toLowerCase());
  if (typeof host !== "string") return host;
  if (rawPort === undefined) return { host, port: null };
  if (host.includes("/")) return problem("has a port, which a range of addresses can't have");
  if (!/^\d{1,5}$/.test(rawPort) || Number(rawPort) > 65_535) return problem("has no valid port, 0 to 65535");
  return { host, port: Number(rawPort) };
}

/** The way back. */
export function netItemText({ host, port }: NetItem): string {
  return port === null ? host : `${host}:${port}`;
}

/** Whether whoever has `granted` has `asked`. */
export function netItemCovers(granted: NetItem, asked: NetItem): boolean {
  if (granted.port !== null && granted.port !== asked.port) return false;
  if (granted.host === asked.host) return true;
  if (asked.host.startsWith("unix:")) return false;
  if (granted.host.startsWith("*.")) return withoutStar(`.${asked.host}`).endsWith(granted.host.slice(1));
  const [range, inner] = [subnet(granted.host), subnet(asked.host)];
  return range !== null && granted.host.includes("/") && inner !== null && inner.bits >= range.bits &&
    Math.floor(inner.address / 2 ** (32 - range.bits)) === Math.floor(range.address / 2 ** (32 - range.bits));
}

function problem(problem: string, mend: string = EXAMPLES): NetProblem {
  return { problem, mend };
}

function fromUrl(text: string): NetProblem {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === "") return problem("is a URL, not a host");
  const port = url.port || ({ "https:": "443", "http:": "80" } as Record<string, string>)[url.protocol];
  const host = port === undefined ? url.hostname : `${url.hostname}:${port}`;
  return problem("is a URL, not a host", `Write "${host}".`);
}

function parseHost(host: string): string | NetProblem {
  if (host === "*" || host === "") return problem("names no host", "Write a host, or net = true for every host.");
  if (host.startsWith("[")) return parseIpv6(host);
  if (host.includes("/")) return subnet(host) === null ? problem("is no host and no range of addresses") : host;
  if (host.startsWith("*.")) {
    const rest = parseHost(host.slice(2));
    const isName = typeof rest === "string" && subnet(rest) === null && !rest.startsWith("*.");
    return isName ? `*.${rest}` : problem("is no host", 'Write the domain after "*.", such as "*.example.com".');
  }
  return parseName(host);
}

/** An address or a name; what the URL standard would rewrite is refused, because Deno compares it as it is written. */
function parseName(host: string): string | NetProblem {
  const name = host.replace(/\.$/, "");
  if (host.includes("*")) return problem('is no host; a star stands only at the front, as in "*.example.com"');
  const canonical = URL.canParse(`http://${name}/`) ? new URL(`http://${name}/`).hostname : null;
  if (canonical !== null && canonical !== name && /^[a-z0-9._-]+$/.test(canonical)) {
    return problem("is not how this host is written", `Write "${canonical}".`);
  }
  const labels = name.split(".");
  const good = canonical === name && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) && name.length <= 253;
  return good ? name : problem("is no host");
}

function parseIpv6(host: string): string | NetProblem {
  if (!URL.canParse(`http://${host}/`)) return problem("is no IPv6 address");
  const canonical = new URL(`http://${host}/`).hostname;
  return /^\[::ffff:/.test(canonical)
    ? problem("is an IPv4 address in the clothes of IPv6", "Write the IPv4 address.")
    : canonical;
}

/** An IPv4 address or range; null for anything else. */
function subnet(host: string): { readonly address: number; readonly bits: number } | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/.exec(host);
  if (match === null) return null;
  const bytes = match.slice(1, 5).map(Number);
  const bits = match[5] === undefined ? 32 : Number(match[5]);
  if (bits > 32 || bytes.some((byte) => byte > 255)) return null;
  return { address: bytes.reduce((sum, byte) => sum * 256 + byte, 0), bits };
}

function withoutStar(host: string): string {
  return host.replace(/^\.\*\./, ".");
}
