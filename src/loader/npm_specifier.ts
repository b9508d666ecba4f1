/** `npm:` specifiers: which of the installed versions of a package one means. @module */

import { maxSatisfying, satisfies, tryParse, tryParseRange } from "@std/semver";
import { badSpecifier } from "./errors.ts";
import { packageNotFound, packageVersion } from "./package_errors.ts";
import { type PackageResolver, parseRequest } from "./package_resolver.ts";
import type { Want } from "./package_target.ts";
import type { PackageFolder, ProjectFiles } from "./project_files.ts";

type Version = NonNullable<ReturnType<typeof tryParse>>;

/** Resolves `npm:name@range/sub/path` to the real path of a file in the project's own `node_modules`. */
export async function resolveNpm(
  specifier: string,
  files: ProjectFiles,
  packages: PackageResolver,
  want: Want,
  chain: readonly string[],
): Promise<string> {
  const { name, range, subpath } = takeApart(specifier);
  const request = parseRequest(name + subpath);
  if (request === null) throw badSpecifier(specifier, "it names no package", chain);
  const found = await packages.packageIn(name, files.root, chain);
  if (found !== null && isWanted(found, range)) return await packages.fileIn(found, request, want, chain);
  const other = await besides(name, range, files, packages, chain);
  if (other !== null) return await packages.fileIn(other, request, want, chain);
  if (found === null) throw packageNotFound(name, files.root, chain);
  throw packageVersion(name, range, versionOf(found), chain);
}

function takeApart(specifier: string): { readonly name: string; readonly range: string; readonly subpath: string } {
  const [, name = "", range = "", subpath = ""] =
    /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@([^/]*))?(\/.*)?$/.exec(specifier) ?? [];
  return { name, range, subpath };
}

function isWanted(found: PackageFolder, wanted: string): boolean {
  const range = tryParseRange(wanted);
  const version = tryParse(versionOf(found) ?? "");
  // A tag such as `latest` says nothing that could be compared.
  return range === undefined || version !== undefined && satisfies(version, range);
}

function versionOf({ json }: PackageFolder): string | undefined {
  return typeof json.version === "string" ? json.version : undefined;
}

/** Deno keeps further versions of a package beside the one that is linked to, as `.deno/NAME@VERSION`. */
async function besides(
  name: string,
  wanted: string,
  files: ProjectFiles,
  packages: PackageResolver,
  chain: readonly string[],
): Promise<PackageFolder | null> {
  const range = tryParseRange(wanted);
  const store = `${files.root}/node_modules/.deno`;
  if (range === undefined || await files.kind(store) !== "folder") return null;
  const prefix = `${name.replace("/", "+")}@`;
  const folders = new Map<Version, string>();
  for await (const entry of Deno.readDir(store)) {
    // After `_` stand the peers of that copy.
    const version = entry.name.startsWith(prefix)
      ? tryParse(entry.name.slice(prefix.length).split("_")[0]!)
      : undefined;
    if (version !== undefined) folders.set(version, `${store}/${entry.name}`);
  }
  const best = maxSatisfying([...folders.keys()], range);
  return best === undefined ? null : await packages.packageIn(name, folders.get(best)!, chain);
}
