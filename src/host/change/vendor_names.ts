/** Where the modules from URLs go in a copy of a project, and what its import map must say for them to find each other. @module */

import { sha256 } from "../../loader/mod.ts";

/** The folder of the copy that they go into. */
export const VENDOR = "vendor";

/** A module from a URL. */
export interface NamedModule {
  readonly url: string;
  readonly mediaType: "js" | "ts" | "json";
}

/** Paths in the copy by URL: as on the server where that is possible, so that most imports stay right as they are. */
export function vendorPaths(modules: readonly NamedModule[]): ReadonlyMap<string, string> {
  const plain = modules.map((module) => ({ module, path: plainPath(module) }));
  const folders = new Set(plain.flatMap(({ path }) => path === null ? [] : foldersOf(path)));
  return new Map(plain.map(({ module, path }) => [
    module.url,
    path === null || folders.has(path) ? hashedPath(module) : path,
  ]));
}

/** `./vendor/host/`, for what an import map says of one server's modules. */
export function vendorScope(path: string): string {
  return `./${path.split("/").slice(0, 2).join("/")}/`;
}

/** Null where a file would mean something else than the URL, or could not be called so. */
function plainPath({ url, mediaType }: NamedModule): string | null {
  const { host, pathname, search } = new URL(url);
  const segments = pathname.slice(1).split("/");
  const isPlain = search === "" &&
    segments.every((segment) =>
      /^[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,99}$/.test(segment) && segment !== "node_modules" &&
      segment !== "package.json"
    );
  const isSame = typeByName(pathname) === mediaType && !/\.c[jt]s$/.test(pathname);
  return isPlain && isSame ? [VENDOR, folderOf(host), ...segments].join("/") : null;
}

function hashedPath({ url, mediaType }: NamedModule): string {
  const { host, pathname } = new URL(url);
  const name = pathname.split("/").at(-1)!.replace(/\.[a-z]+$/i, "").replace(/[^A-Za-z0-9_-]/g, "_").slice(0, 60);
  const hash = sha256(new TextEncoder().encode(url)).slice(0, 12);
  return [VENDOR, folderOf(host), "_", `${name || "index"}-${hash}.${mediaType}`].join("/");
}

function folderOf(host: string): string {
  return host.replace(/[^A-Za-z0-9.-]/g, "_");
}

/** As the loader reads a file that no server speaks for. */
function typeByName(pathname: string): NamedModule["mediaType"] {
  if (/\.[mc]?tsx?$/.test(pathname)) return "ts";
  return pathname.endsWith(".json") ? "json" : "js";
}

function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
}
