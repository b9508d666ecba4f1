/** Everything that can go wrong between a URL and its module. @module */

import { type ErrorCode, type ExitCode, NuvomError } from "../core/mod.ts";
import { via } from "./errors.ts";
import type { AddressClass } from "./address.ts";

/** A rule refuses it: the project has to be mended. */
export function refused(code: ErrorCode, what: string, mend: string): NuvomError {
  return new NuvomError(code, { what, mend, exitCode: 3 });
}

/** It was tried and did not work out. */
export function failed(
  code: ErrorCode,
  what: string,
  mend: string,
  cause?: unknown,
  exitCode: ExitCode = 1,
): NuvomError {
  return new NuvomError(code, { what, mend, exitCode, cause });
}

/** `NUVOM_FETCH_URL`: characters that are not seen, or that the parser takes for others. */
export function unclearUrl(text: string, chain: readonly string[]): NuvomError {
  return refused(
    "NUVOM_FETCH_URL",
    `The URL ${
      visible(text)
    } is refused: it holds a backslash, white space at its ends, or characters that are not seen${via(chain)}.`,
    "Write the URL as its server prints it.",
  );
}

/** `NUVOM_FETCH_URL`: user info. */
export function urlWithCredentials(url: URL, chain: readonly string[]): NuvomError {
  return refused(
    "NUVOM_FETCH_URL",
    `The URL ${
      withoutCredentials(url)
    } is refused: it carried a user name or password, and URLs are written to the lock and to logs${via(chain)}.`,
    `Take them out of the URL and set NUVOM_AUTH_TOKENS="${url.host}=TOKEN" in the environment.`,
  );
}

/** `NUVOM_FETCH_SCHEME`: plain http, on its own or behind https. */
export function insecureUrl(url: string, referrer: string | null, chain: readonly string[]): NuvomError {
  const step = referrer?.startsWith("https:") ? `${referrer} leads from https to it` : "modules come over https only";
  return refused("NUVOM_FETCH_SCHEME", `The URL ${url} is refused: ${step}${via(chain)}.`, "Use an https URL.");
}

/** `NUVOM_FETCH_SCHEME`: plain http to this machine without the switch. */
export function loopbackHttpRefused(url: string, chain: readonly string[]): NuvomError {
  return refused(
    "NUVOM_FETCH_SCHEME",
    `The URL ${url} is refused: plain http is for tests on this machine, and has to be asked for${via(chain)}.`,
    "Use an https URL, or add --allow-http-loopback (NUVOM_ALLOW_HTTP_LOOPBACK=1).",
  );
}

/** `NUVOM_FETCH_ADDRESS` */
export function addressRefused(
  url: string,
  address: string,
  is: AddressClass,
  chain: readonly string[],
): NuvomError {
  const { hostname } = new URL(url);
  return refused(
    "NUVOM_FETCH_ADDRESS",
    `The URL ${url} is refused: ${hostname} has the ${is} address ${address}, and modules come from public addresses${
      via(chain)
    }.`,
    is === "loopback"
      ? "For a test server on this machine, add --allow-http-loopback (NUVOM_ALLOW_HTTP_LOOPBACK=1)."
      : allowByName(hostname),
  );
}

/** `NUVOM_FETCH_ADDRESS`: behind a proxy, where the name is all that is known. */
export function innerName(url: string, chain: readonly string[]): NuvomError {
  const { hostname } = new URL(url);
  return refused(
    "NUVOM_FETCH_ADDRESS",
    `The URL ${url} is refused: ${hostname} is a name of a private network, and modules come from public addresses${
      via(chain)
    }.`,
    allowByName(hostname),
  );
}

function allowByName(hostname: string): string {
  return `If that host is meant, allow it by name: NUVOM_ALLOWED_HOSTS="${hostname}".`;
}

/** `NUVOM_FETCH_PROXY`; the text is not shown, since it may hold a password. */
export function proxyInvalid(scheme: string | null): NuvomError {
  const what = scheme === null || scheme === "http:" ? "it is no URL of a proxy" : `its scheme is ${scheme}//`;
  return refused(
    "NUVOM_FETCH_PROXY",
    `The proxy of HTTPS_PROXY can't be used: ${what}.`,
    "Write it as http://host:port or http://user:password@host:port; hosts that need none go into NO_PROXY.",
  );
}

/** `NUVOM_FETCH_PROXY` */
export function proxyUnreachable(url: string, proxy: string, chain: readonly string[], cause: unknown): NuvomError {
  return failed(
    "NUVOM_FETCH_PROXY",
    `The proxy ${proxy}, which leads to ${url}, can't be used: ${detail(cause)}${via(chain)}.`,
    "Check HTTPS_PROXY, and that the proxy runs; hosts that are reached without it go into NO_PROXY.",
    cause,
  );
}

/** `NUVOM_FETCH_PROXY` */
export function proxyRefused(url: string, proxy: string, status: number, chain: readonly string[]): NuvomError {
  const { hostname } = new URL(url);
  return failed(
    "NUVOM_FETCH_PROXY",
    `The proxy ${proxy} opens no tunnel to ${url}: it answered with status ${status}${via(chain)}.`,
    status === 407
      ? "Give it a name and a password: HTTPS_PROXY=http://user:password@host:port."
      : status < 500
      ? `Let its operator allow ${hostname}, or put that host into NO_PROXY if it is reached without the proxy.`
      : `Check that the proxy reaches ${hostname}.`,
  );
}

/** `NUVOM_FETCH_DNS` */
export function hostUnknown(url: string, chain: readonly string[], cause: unknown): NuvomError {
  return failed(
    "NUVOM_FETCH_DNS",
    `The host ${new URL(url).hostname} of ${url} does not resolve${via(chain)}.`,
    "Check its spelling and this machine's network.",
    cause,
  );
}

/** `NUVOM_FETCH_CONNECT` */
export function connectFailed(url: string, chain: readonly string[], cause: unknown): NuvomError {
  return failed(
    "NUVOM_FETCH_CONNECT",
    `The server of ${url} can't be reached: ${detail(cause)}${via(chain)}.`,
    "Check that it runs and that this machine's network lets you through.",
    cause,
  );
}

/** `NUVOM_FETCH_TLS` */
export function tlsFailed(url: string, chain: readonly string[], cause: unknown): NuvomError {
  return failed(
    "NUVOM_FETCH_TLS",
    `The server of ${url} could not prove who it is: ${
      // What answers to TLS with plain text.
      detail(cause).replace(/^.*type InvalidContentType$/, "it does not speak TLS, or something between does not")}${
      via(chain)
    }.`,
    "Check its certificate. One of a private authority has to be trusted by this machine.",
    cause,
  );
}

/** `NUVOM_FETCH_TIMEOUT` */
export function fetchTimeout(url: string, ms: number, chain: readonly string[]): NuvomError {
  return failed(
    "NUVOM_FETCH_TIMEOUT",
    `The module ${url} did not arrive within ${ms} ms${via(chain)}.`,
    "Try again, take the module from a faster server, or raise NUVOM_FETCH_TIMEOUT_SECS.",
  );
}

/** `NUVOM_FETCH_STATUS` */
export function badStatus(url: string, status: number, chain: readonly string[]): NuvomError {
  const mends: Readonly<Record<number, string>> = {
    401: `If it asks for a token, set NUVOM_AUTH_TOKENS="${new URL(url).host}=TOKEN" in the environment.`,
    403: `If it asks for a token, set NUVOM_AUTH_TOKENS="${new URL(url).host}=TOKEN" in the environment.`,
    404: "Check the URL, its version and its ending.",
  };
  return failed(
    "NUVOM_FETCH_STATUS",
    `The server of ${url} answered with status ${status} instead of a module${via(chain)}.`,
    mends[status] ?? (status < 500 && status !== 429 ? "Check the URL." : "Try again later."),
    undefined,
    status === 404 ? 4 : 1,
  );
}

/** `NUVOM_FETCH_REDIRECT` */
export function badRedirect(url: string, reason: string, chain: readonly string[]): NuvomError {
  return failed(
    "NUVOM_FETCH_REDIRECT",
    `The redirects of ${url} are not followed: ${reason}${via(chain)}.`,
    "Use the URL that they should have led to.",
  );
}

/** `NUVOM_FETCH_TYPE` */
export function wrongType(
  url: string,
  received: string,
  contentType: string | null,
  chain: readonly string[],
): NuvomError {
  const header = contentType === null ? "without a content type" : `sent as ${visible(contentType)}`;
  return failed(
    "NUVOM_FETCH_TYPE",
    `The URL ${url} is no module: the server gave ${received}, ${header}${via(chain)}.`,
    "Use the URL of the raw source, as UTF-8 text.",
  );
}

/** `NUVOM_FETCH_TOO_LARGE` */
export function bodyTooLarge(url: string, limit: number, chain: readonly string[]): NuvomError {
  return failed(
    "NUVOM_FETCH_TOO_LARGE",
    `The module ${url} is larger than ${limit} bytes${via(chain)}.`,
    "Use a smaller one: split, bundled or minified; or raise NUVOM_FETCH_MAX_MODULE_MB.",
  );
}

/** `NUVOM_FETCH_BROKEN`: a body shorter than announced, or an answer that is not HTTP. */
export function brokenAnswer(url: string, reason: string, chain: readonly string[], cause?: unknown): NuvomError {
  return failed(
    "NUVOM_FETCH_BROKEN",
    `The server of ${url} sent what can't be used: ${reason}${via(chain)}.`,
    "Try again; if it stays so, the server or something before it is broken.",
    cause,
  );
}

/** `NUVOM_FETCH_TOKENS`; the text is a secret and not shown. */
export function badTokens(entry: number): NuvomError {
  return refused(
    "NUVOM_FETCH_TOKENS",
    `NUVOM_AUTH_TOKENS can't be read: entry ${entry} is not of the form host=token or host=user:password.`,
    "Separate entries by a semicolon, and name each host as in the URL, with its port if that has one.",
  );
}

function withoutCredentials(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}${url.search}`;
}

/** A text with what is not seen in it written out. */
function visible(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
}

/** What was thrown, as the middle of a sentence. */
export function detail(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, "");
}
