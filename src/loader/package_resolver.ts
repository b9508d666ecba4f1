/**
 * From the name of a package to its file in a `node_modules` folder of the project, as Node resolves it: nothing is
 * fetched, and nothing outside of the project's folder is read.
 * @module
 */

import { resolve } from "@std/path";
import { badSpecifier } from "./errors.ts";
import { nativeAddon, packageConfig, packageExport, packageFile, packageImport } from "./package_errors.ts";
import { packageNotFound, packageOutside } from "./package_errors.ts";
import { exportTarget, importTarget, InvalidMap, type Want } from "./package_target.ts";
import { fileOrFolder, mainOf } from "./node_files.ts";
import { type PackageFolder, parentOf, type ProjectFiles } from "./project_files.ts";

/** A bare specifier, taken apart. */
interface PackageRequest {
  readonly name: string;
  /** `.` or `./…` */
  readonly subpath: string;
}

/** Finds packages for the modules of one project. */
export class PackageResolver {
  readonly #files: ProjectFiles;

  /** Reads nothing yet. */
  constructor(files: ProjectFiles) {
    this.#files = files;
  }

  /**
   * The real path of the file that a bare specifier means in a module.
   * @param folder Real path of the folder of that module.
   * @throws {NuvomError} `NUVOM_LOADER_PACKAGE_…`, `NUVOM_LOADER_NATIVE`
   */
  async resolve(specifier: string, folder: string, want: Want, chain: readonly string[]): Promise<string> {
    const request = parseRequest(specifier);
    if (request === null) throw badSpecifier(specifier, "it names no package", chain);
    const found = await this.#self(request.name, folder, chain) ?? await this.#installed(request.name, folder, chain);
    return await this.fileIn(found, request, want, chain);
  }

  /** What `#…` means in a module of a folder: a real path, or a specifier to be resolved in its turn. */
  async internal(
    specifier: string,
    folder: string,
    want: Want,
    chain: readonly string[],
  ): Promise<{ readonly path: string } | { readonly specifier: string }> {
    const scope = await this.#files.scope(folder, chain);
    if (scope === null) throw packageImport(specifier, folder, chain);
    const target = checked(scope, chain, () => importTarget(scope.json.imports, specifier, want));
    if (target === null) throw packageImport(specifier, scope.folder, chain);
    if (!target.startsWith("./")) return { specifier: target };
    return { path: await this.#exact(specifier, resolve(scope.folder, target), chain) };
  }

  /** The file that a relative or absolute path means to `require`. */
  async required(specifier: string, folder: string, chain: readonly string[]): Promise<string> {
    const path = resolve(folder, specifier) + (/(^|\/)\.{0,2}$/.test(specifier) ? "/" : "");
    const file = await fileOrFolder(path, this.#files, chain);
    if (file === null) throw packageFile(specifier, path, null, chain);
    return await this.#file(specifier, file, chain);
  }

  /** The file of a package that was found. */
  async fileIn(found: PackageFolder, request: PackageRequest, want: Want, chain: readonly string[]): Promise<string> {
    const { folder, json } = found;
    const { name, subpath } = request;
    if (json.exports !== undefined && json.exports !== null) {
      const target = checked(found, chain, () => exportTarget(json.exports, subpath, want));
      if (target === null) throw packageExport(name, subpath, `${folder}/package.json`, chain);
      return await this.#exact(name, resolve(folder, target), chain);
    }
    if (subpath === ".") {
      const main = await mainOf(folder, this.#files, chain);
      if (main === null) throw packageFile(name, `${folder}/index.js`, null, chain);
      return await this.#file(name, main, chain);
    }
    const path = resolve(folder, subpath);
    if (want === "import") return await this.#exact(name, path, chain);
    const file = await fileOrFolder(path, this.#files, chain);
    if (file === null) throw packageFile(name, path, null, chain);
    return await this.#file(name, file, chain);
  }

  /** The package of a name in one folder's `node_modules`, or null. */
  async packageIn(name: string, folder: string, chain: readonly string[]): Promise<PackageFolder | null> {
    const path = `${folder}/node_modules/${name}`;
    if (await this.#files.kind(path) !== "folder") return null;
    const real = await this.#real(name, path, chain);
    return { folder: real, json: await this.#files.packageJson(real, chain) ?? {} };
  }

  async #self(name: string, folder: string, chain: readonly string[]): Promise<PackageFolder | null> {
    const scope = await this.#files.scope(folder, chain);
    return scope !== null && scope.json.name === name && scope.json.exports !== undefined ? scope : null;
  }

  async #installed(name: string, folder: string, chain: readonly string[]): Promise<PackageFolder> {
    const { root } = this.#files;
    for (const each of this.#files.above(folder)) {
      if (each.endsWith("/node_modules")) continue;
      const found = await this.packageIn(name, each, chain);
      if (found !== null) return found;
    }
    for (let above = root; above !== "/";) {
      above = parentOf(above);
      const path = resolve(above, "node_modules", name);
      if (await this.#files.kind(path) === "folder") throw packageOutside(name, path, root, chain);
    }
    throw packageNotFound(name, root, chain);
  }

  /** Links followed; what they lead to must lie inside the root. */
  async #real(name: string, path: string, chain: readonly string[]): Promise<string> {
    const real = await Deno.realPath(path);
    if (!this.#files.has(real)) throw packageOutside(name, real, this.#files.root, chain);
    return real;
  }

  async #file(name: string, path: string, chain: readonly string[]): Promise<string> {
    const real = await this.#real(name, path, chain);
    if (real.endsWith(".node")) throw nativeAddon(real, chain);
    return real;
  }

  /** Where the name of a file must be whole, a near miss is named. */
  async #exact(name: string, path: string, chain: readonly string[]): Promise<string> {
    if (await this.#files.kind(path) === "file") return await this.#file(name, path, chain);
    throw packageFile(name, path, await fileOrFolder(path, this.#files, chain), chain);
  }
}

/** `name/sub/path` or `@scope/name/sub/path`; null when there is no such name. */
export function parseRequest(specifier: string): PackageRequest | null {
  const [, name, rest] = /^((?:@[^/\\%@]+\/)?[^@./\\%][^/\\%]*)(\/.*)?$/.exec(specifier) ?? [];
  // Encoded separators and NUL would mean another file to the file system than to the check of the root.
  if (name === undefined || /[\\\0]|%2f|%5c|%00|%2e/i.test(rest ?? "")) return null;
  return { name, subpath: `.${(rest ?? "").replace(/\/$/, "")}` };
}

function checked<T>(found: PackageFolder, chain: readonly string[], lookUp: () => T): T {
  try {
    return lookUp();
  } catch (error) {
    if (!(error instanceof InvalidMap)) throw error;
    throw packageConfig(`${found.folder}/package.json`, error.message, chain, error);
  }
}
