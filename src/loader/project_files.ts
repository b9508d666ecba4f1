/** The files of a project that steer what its imports mean, each read once and remembered. @module */

import { NuvomError } from "../core/mod.ts";
import { packageConfig } from "./package_errors.ts";
import { isInside, readInside, sha256 } from "./read.ts";

/** What matters here of a `package.json`. Its values are what somebody wrote: any JSON. */
export interface PackageJson {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly type?: unknown;
  readonly main?: unknown;
  readonly module?: unknown;
  readonly exports?: unknown;
  readonly imports?: unknown;
}

/** A folder and the `package.json` in it. */
export interface PackageFolder {
  /** Absolute real path. */
  readonly folder: string;
  readonly json: PackageJson;
}

/** A view of one folder and what lies in it. It remembers, so it is for one load. */
export class ProjectFiles {
  /** Absolute real path of the folder that nothing leaves. */
  readonly root: string;
  /** SHA-256 of every steering file that was looked for, by its path; null: it was not there. */
  readonly inputs: ReadonlyMap<string, string | null>;
  readonly #inputs = new Map<string, string | null>();
  readonly #packages = new Map<string, Promise<PackageJson | null>>();
  readonly #kinds = new Map<string, Promise<"file" | "folder" | null>>();

  /** @param root Absolute real path. */
  constructor(root: string) {
    this.root = root;
    this.inputs = this.#inputs;
  }

  /** Whether a real path lies inside the root. */
  has(path: string): boolean {
    return isInside(path, this.root);
  }

  /** Text of a steering file, or null when there is none. */
  async text(path: string, chain: readonly string[]): Promise<string | null> {
    try {
      const bytes = await readInside(pathUrl(path), this.root, chain);
      this.#inputs.set(path, sha256(bytes));
      return new TextDecoder().decode(bytes);
    } catch (error) {
      if (!(error instanceof NuvomError) || error.code !== "NUVOM_LOADER_NOT_FOUND") throw error;
      this.#inputs.set(path, null);
      return null;
    }
  }

  /** The `package.json` of a folder, or null. @throws {NuvomError} `NUVOM_LOADER_PACKAGE_CONFIG` */
  packageJson(folder: string, chain: readonly string[]): Promise<PackageJson | null> {
    let found = this.#packages.get(folder);
    if (found === undefined) this.#packages.set(folder, found = this.#readPackage(`${folder}/package.json`, chain));
    return found;
  }

  /** The nearest `package.json` at or above a folder, inside the root. */
  async scope(folder: string, chain: readonly string[]): Promise<PackageFolder | null> {
    for (const each of this.above(folder)) {
      if (each.endsWith("/node_modules")) return null;
      const json = await this.packageJson(each, chain);
      if (json !== null) return { folder: each, json };
    }
    return null;
  }

  /** A folder and those above it, up to the root. */
  above(folder: string): readonly string[] {
    const folders: string[] = [];
    for (let each = folder; isInside(each, this.root); each = parentOf(each)) {
      folders.push(each);
      if (each === this.root) break;
    }
    return folders;
  }

  /** What lies at a path, links followed. */
  kind(path: string): Promise<"file" | "folder" | null> {
    let found = this.#kinds.get(path);
    if (found === undefined) this.#kinds.set(path, found = kindOf(path));
    return found;
  }

  async #readPackage(path: string, chain: readonly string[]): Promise<PackageJson | null> {
    const text = await this.text(path, chain);
    if (text === null) return null;
    try {
      const json = JSON.parse(text);
      if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
    } catch (error) {
      throw packageConfig(path, `it is no JSON: ${(error as Error).message}`, chain, error);
    }
    throw packageConfig(path, "it is no object", chain);
  }
}

/** The folder above a path. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The `file:` URL of an absolute path. */
export function pathUrl(path: string): string {
  return new URL(`file://${encodeURI(path).replace(/[?#]/g, encodeURIComponent)}`).href;
}

async function kindOf(path: string): Promise<"file" | "folder" | null> {
  try {
    const { isFile, isDirectory } = await Deno.stat(path);
    return isFile ? "file" : isDirectory ? "folder" : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}
