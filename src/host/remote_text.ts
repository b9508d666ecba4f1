/** URLs of modules as the manifest and people write them. @module */

import { NuvomError } from "../core/mod.ts";
import { remoteUrl } from "../loader/light.ts";

/** Whether a specifier means a module from a URL, right or not. */
export function isRemoteText(text: string): boolean {
  return /^https?:/i.test(text);
}

/**
 * The URL as it is asked for; plain http only to this machine.
 *
 * @param place Where it is written, for messages; null when that is not a manifest.
 * @throws {NuvomError} `NUVOM_FETCH_URL`, `NUVOM_FETCH_SCHEME`, `NUVOM_LOADER_SPECIFIER`
 */
export function readRemoteUrl(text: string, place: string | null): string {
  try {
    return remoteUrl(text, null, []);
  } catch (error) {
    if (!(error instanceof NuvomError) || place === null) throw error;
    throw new NuvomError(error.code, { what: `${place}: ${error.message}`, exitCode: error.exitCode, cause: error });
  }
}
