/** What `.nuvom_plugins.lock` says: which code from URLs may run, and what was consented to for it. @module */

import type { Capability, PermissionSet } from "../core/mod.ts";
import { isRemote, type LockedGraph, sha256 } from "../loader/light.ts";

/** What is locked of the code of one plugin or task source. */
export interface LockedCode {
  /** As the manifest writes it. */
  readonly specifier: string;
  /** What was asked for: a URL; of a file its path in the folder of the manifest. */
  readonly url: string;
  /** Where that was found after redirects. */
  readonly finalUrl: string;
  /** Over URLs and hashes of all its modules from URLs; see {@linkcode remoteDigest}. */
  readonly graph: string;
  /** The largest grant that was consented to for exactly this code; paths in the project are relative. */
  readonly granted: PermissionSet;
}

/** What is locked of a plugin. */
export interface LockedPlugin extends LockedCode {
  readonly exportName: string | null;
  readonly version: string | null;
  readonly provides: readonly Capability[];
  /** As the plugin writes it. */
  readonly asked: PermissionSet;
}

/** A lock that is whole. */
export interface Lock {
  /** By the plugin's name. */
  readonly plugins: Readonly<Record<string, LockedPlugin>>;
  /** By the specifier in `[tasks]`; of a file its path. */
  readonly tasks: Readonly<Record<string, LockedCode>>;
  /** Of all of them together. */
  readonly code: LockedGraph;
}

/** What no lock says. */
export const EMPTY_LOCK: Lock = {
  plugins: {},
  tasks: {},
  code: { images: {}, redirects: {}, modules: {} },
};

/** The lock of a manifest stands beside it. */
export function lockPath(manifestPath: string): string {
  return manifestPath.replace(/(\.toml)?$/, ".lock");
}

/**
 * SHA-256 over the modules from URLs among these; null when there are none. Files of the project may change as their
 * owner likes.
 */
export function remoteDigest(files: readonly { readonly url: string; readonly sha256: string }[]): string | null {
  const lines = new Set(files.filter(({ url }) => isRemote(url)).map(({ url, sha256 }) => `${url} ${sha256}`));
  return lines.size === 0 ? null : sha256(new TextEncoder().encode([...lines].sort().join("\n")));
}
