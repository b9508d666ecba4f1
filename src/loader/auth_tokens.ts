/** Tokens for servers that ask for one. They come from the environment and go to their own host only. @module */

import { badTokens } from "./fetch_errors.ts";

/**
 * Reads the value of `NUVOM_AUTH_TOKENS`: `host=token;host2:8443=user:password`.
 *
 * @returns The value of the `Authorization` header by host (with its port, where the URL has one).
 * @throws {NuvomError} `NUVOM_FETCH_TOKENS`
 */
export function parseAuthTokens(text: string): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const [index, entry] of text.split(";").entries()) {
    if (entry.trim() === "") continue;
    const [, host, secret] = /^\s*([^\s=/@]+)=([\x21-\x7e]+)\s*$/.exec(entry) ?? [];
    if (host === undefined) throw badTokens(index + 1);
    tokens.set(host.toLowerCase(), secret!.includes(":") ? `Basic ${btoa(secret!)}` : `Bearer ${secret}`);
  }
  return tokens;
}
