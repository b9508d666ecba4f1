/** Which URLs a module may come from, judged by the URL alone. @module */

import { badSpecifier } from "./errors.ts";
import { insecureUrl, unclearUrl, urlWithCredentials } from "./fetch_errors.ts";

/**
 * An import or a redirect as an absolute URL without a fragment. Hosts come out as punycode.
 *
 * @param base What a relative one starts from; null where it has to be absolute.
 * @throws {NuvomError} `NUVOM_FETCH_URL`, `NUVOM_FETCH_SCHEME`, `NUVOM_LOADER_SPECIFIER`
 */
export function remoteUrl(text: string, base: string | null, chain: readonly string[]): string {
  // The parser drops some of these in silence and turns a backslash into a slash.
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]|^\s|\s$/u.test(text)) throw unclearUrl(text, chain);
  const url = URL.parse(text, base ?? undefined);
  if (url === null) throw badSpecifier(text, "it is no URL", chain);
  if (url.username !== "" || url.password !== "") throw urlWithCredentials(url, chain);
  const secure = url.protocol === "https:";
  if (!secure && (url.protocol !== "http:" || !isLoopbackName(url.hostname) || base?.startsWith("https:"))) {
    throw insecureUrl(url.href, base, chain);
  }
  url.hash = "";
  return url.href;
}

/** Whether a host, as a URL prints it, can be nothing but this machine. */
export function isLoopbackName(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
