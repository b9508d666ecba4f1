/** What the imports of a project's own files and of its installed packages mean, and of what kind each file is. @module */

import { resolve } from "@std/path";
import { NuvomError } from "../core/mod.ts";
import { pathOf } from "./errors.ts";
import { ImportMap } from "./import_map.ts";
import { memberNotFound } from "./package_errors.ts";
import { resolveNpm } from "./npm_specifier.ts";
import { PackageResolver } from "./package_resolver.ts";
import type { Want } from "./package_target.ts";
import type { Format } from "./parse_module.ts";
import { parentOf, pathUrl, ProjectFiles } from "./project_files.ts";

/** The folder that local modules come from. It remembers what it read, so it is for one load. */
export class Project {
  readonly #files: ProjectFiles;
  readonly #map: ImportMap;
  readonly #packages: PackageResolver;
  readonly #realFolders = new Map<string, Promise<string>>();

  private constructor(files: ProjectFiles, map: ImportMap) {
    this.#files = files;
    this.#map = map;
    this.#packages = new PackageResolver(files);
  }

  /**
   * @param root Absolute path, as the URLs of the project's modules spell it.
   * @throws {NuvomError} `NUVOM_LOADER_IMPORT_MAP`
   */
  static async open(root: string): Promise<Project> {
    const files = new ProjectFiles(await Deno.realPath(root));
    return new Project(files, await ImportMap.open(resolve(root), files));
  }

  /**
   * SHA-256 of every `package.json` and `deno.json` that was looked for, by its path; null: it was not there. Folders
   * of installed packages that have none are left out: whoever changes a package changes its own file.
   */
  get inputs(): ReadonlyMap<string, string | null> {
    return new Map([...this.#files.inputs].filter(([path, hash]) => hash !== null || !isInPackage(path)));
  }

  /** What `deno.json` makes of an import. It speaks of the project's own files, not of packages. */
  mapped(specifier: string, referrer: string): string {
    return isInPackage(referrer) ? specifier : this.#map.resolve(specifier, referrer) ?? specifier;
  }

  /** The specifier that `#…` stands for, or the URL of its file. */
  async internal(specifier: string, referrer: string, want: Want, chain: readonly string[]): Promise<string> {
    const found = await this.#packages.internal(specifier, await this.#folderOf(referrer), want, chain);
    return "path" in found ? pathUrl(found.path) : found.specifier;
  }

  /** The URL of the file that a bare or `npm:` specifier means. @throws {NuvomError} `NUVOM_LOADER_PACKAGE_…` */
  async packageFile(specifier: string, referrer: string, want: Want, chain: readonly string[]): Promise<string> {
    if (specifier.startsWith("npm:")) {
      return pathUrl(await resolveNpm(specifier, this.#files, this.#packages, want, chain));
    }
    try {
      return pathUrl(await this.#packages.resolve(specifier, await this.#folderOf(referrer), want, chain));
    } catch (error) {
      const { workspace } = this.#map;
      const isGone = error instanceof NuvomError && error.code === "NUVOM_LOADER_PACKAGE_NOT_FOUND";
      throw isGone && workspace !== null && !isInPackage(referrer)
        ? memberNotFound(specifier, workspace, chain)
        : error;
    }
  }

  /** The URL of the file that `require` of a path means. */
  async requiredFile(specifier: string, referrer: string, chain: readonly string[]): Promise<string> {
    return pathUrl(await this.#packages.required(specifier, await this.#folderOf(referrer), chain));
  }

  /** By the ending of a file and the `"type"` of the package that it belongs to. */
  async format(url: string, chain: readonly string[]): Promise<Format> {
    // Code from URLs has no `require`: that would reach the project's files and packages.
    if (!url.startsWith("file:") || /\.m[jt]s$/.test(url)) return "module";
    if (/\.c[jt]s$/.test(url)) return "commonjs";
    const type = (await this.#files.scope(await this.#folderOf(url), chain))?.json.type;
    // As in Deno: without a word about it a package is CommonJS, and the project itself is not.
    return type === "module" || type !== "commonjs" && !isInPackage(url) ? "module" : "either";
  }

  #folderOf(url: string): Promise<string> {
    const folder = parentOf(pathOf(url));
    let real = this.#realFolders.get(folder);
    if (real === undefined) this.#realFolders.set(folder, real = Deno.realPath(folder));
    return real;
  }
}

function isInPackage(url: string): boolean {
  return url.includes("/node_modules/");
}
