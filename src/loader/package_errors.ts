/** Everything that can be wrong with a package of the project, or with what `deno.json` says of one. @module */

import type { NuvomError } from "../core/mod.ts";
import { BUNDLE, loaderError, via } from "./errors.ts";

/** `NUVOM_LOADER_PACKAGE_NOT_FOUND` */
export function packageNotFound(name: string, root: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_NOT_FOUND",
    `The package ${JSON.stringify(name)} is in no node_modules folder inside ${root}${via(chain)}.`,
    `Install it there: npm install ${name}, or deno install --node-modules-dir=auto npm:${name}.`,
  );
}

/** `NUVOM_LOADER_PACKAGE_NOT_FOUND`, where a workspace may mean one of its members. @param config Its deno.json. */
export function memberNotFound(name: string, config: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_NOT_FOUND",
    `The package ${JSON.stringify(name)} is in no node_modules folder, and members of the workspace of ${config} are ` +
      `not looked for by name${via(chain)}.`,
    `If it is a member, say where it lies, which Deno understands as well: "imports": { ${
      JSON.stringify(name)
    }: "./MEMBER/mod.ts" } in that file. Else install it.`,
  );
}

/** `NUVOM_LOADER_JSR` */
export function jsrRefused(specifier: string, chain: readonly string[]): NuvomError {
  const name = /^jsr:\/?(@[^/@]+\/[^/@]+)/.exec(specifier)?.[1] ?? "@SCOPE/NAME";
  return loaderError(
    "NUVOM_LOADER_JSR",
    `The import ${JSON.stringify(specifier)} names a package of JSR, and nothing is fetched from there${via(chain)}.`,
    `Install it into node_modules (npx jsr add ${name}) and import ${
      JSON.stringify(name)
    }, without an entry for that ` +
      `in deno.json; or bundle the module into one file: ${BUNDLE}.`,
  );
}

/** `NUVOM_LOADER_PACKAGE_VERSION` */
export function packageVersion(
  name: string,
  wanted: string,
  found: string | undefined,
  chain: readonly string[],
): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_VERSION",
    `The package ${JSON.stringify(name)} is wanted as ${wanted}, and node_modules holds ` +
      `${found ?? "one without a version"}${via(chain)}.`,
    `Install the version that is wanted, or change what the import says.`,
  );
}

/** `NUVOM_LOADER_PACKAGE_OUTSIDE` */
export function packageOutside(
  name: string,
  path: string,
  root: string,
  chain: readonly string[],
): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_OUTSIDE",
    `The package ${JSON.stringify(name)} lies in ${path}, outside of ${root}${via(chain)}.`,
    "Foreign code may only import files inside the project's folder. Install the packages there with npm or deno " +
      "install, keep pnpm's store inside (virtualStoreDir, no global virtual store), or move the manifest up.",
  );
}

/** `NUVOM_LOADER_PACKAGE_EXPORT` */
export function packageExport(name: string, subpath: string, file: string, chain: readonly string[]): NuvomError {
  const what = subpath === "." ? "has no main module for this import" : `exports no ${JSON.stringify(subpath)}`;
  return loaderError(
    "NUVOM_LOADER_PACKAGE_EXPORT",
    `The package ${JSON.stringify(name)} ${what} by "exports" of ${file}${via(chain)}.`,
    "Import what the package exports.",
  );
}

/** `NUVOM_LOADER_PACKAGE_IMPORT` */
export function packageImport(specifier: string, folder: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_IMPORT",
    `The import ${JSON.stringify(specifier)} has no entry in "imports" of the package.json of ${folder}${via(chain)}.`,
    "Add it there, or import the file by its relative path.",
  );
}

/** `NUVOM_LOADER_PACKAGE_CONFIG` */
export function packageConfig(file: string, reason: string, chain: readonly string[], cause?: unknown): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_CONFIG",
    `${file} is not valid: ${reason}${via(chain)}.`,
    "Mend it, or install the package again.",
    cause,
  );
}

/** `NUVOM_LOADER_PACKAGE_FILE` */
export function packageFile(
  name: string,
  path: string,
  suggestion: string | null,
  chain: readonly string[],
): NuvomError {
  return loaderError(
    "NUVOM_LOADER_PACKAGE_FILE",
    `The package ${JSON.stringify(name)} has no file ${path}${via(chain)}.`,
    suggestion === null ? "Check the import, or install the package again." : `Did you mean ${suggestion}?`,
  );
}

/** `NUVOM_LOADER_NATIVE` */
export function nativeAddon(path: string, chain: readonly string[]): NuvomError {
  return loaderError(
    "NUVOM_LOADER_NATIVE",
    `${path} is a native add-on, and those are not available to plugins and tasks${via(chain)}.`,
    "Use a package that is JavaScript or WebAssembly.",
  );
}

/** `NUVOM_LOADER_IMPORT_MAP` */
export function importMapInvalid(file: string, reason: string, cause?: unknown): NuvomError {
  return loaderError("NUVOM_LOADER_IMPORT_MAP", `The imports of ${file} can't be used: ${reason}.`, "Mend it.", cause);
}
