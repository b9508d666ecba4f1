/** What `imports` and `scopes` of the project's `deno.json` make of a specifier. @module */

import { parse } from "@std/jsonc";
import { resolve } from "@std/path";
import type { NuvomError } from "../core/mod.ts";
import { importMapInvalid } from "./package_errors.ts";
import { pathUrl, type ProjectFiles } from "./project_files.ts";

/** Address by key, longest key first; an error where what stands there can't be meant. */
type Addresses = readonly (readonly [key: string, address: string | NuvomError])[];
type JsonObject = Readonly<Record<string, unknown>>;

/** An import map, ready to be asked. */
export class ImportMap {
  /** The file that lists the members of a workspace; null where there is none. */
  readonly workspace: string | null;
  readonly #addresses: Addresses;
  readonly #scopes: readonly (readonly [prefix: string, addresses: Addresses])[];

  /**
   * @param file Absolute path that relative addresses start from.
   * @throws {NuvomError} `NUVOM_LOADER_IMPORT_MAP`
   */
  constructor(file: string, json: JsonObject) {
    const base = pathUrl(file);
    const scopes = Object.entries(objectOf(json.scopes ?? {}, file, '"scopes"'))
      .map(([prefix, map]) => [URL.parse(prefix, base)?.href ?? prefix, addresses(map, file, base)] as const);
    this.workspace = json.workspace === undefined ? null : file;
    this.#addresses = addresses(json.imports ?? {}, file, base);
    this.#scopes = longestFirst(scopes);
  }

  /**
   * That of `deno.json` or `deno.jsonc` in a folder, or of the file that its `importMap` names; else an empty one.
   * @param folder The root, as the URLs of the project's modules spell it.
   * @throws {NuvomError} `NUVOM_LOADER_IMPORT_MAP`
   */
  static async open(folder: string, files: ProjectFiles): Promise<ImportMap> {
    for (const file of [`${folder}/deno.json`, `${folder}/deno.jsonc`]) {
      const config = await readObject(file, files);
      if (config === null) continue;
      if (config.imports !== undefined || config.scopes !== undefined || typeof config.importMap !== "string") {
        return new ImportMap(file, config);
      }
      const other = resolve(folder, config.importMap);
      const map = await readObject(other, files);
      if (map === null) throw importMapInvalid(file, `there is no ${other}, which "importMap" names`);
      return new ImportMap(other, { ...map, workspace: config.workspace });
    }
    return new ImportMap(`${folder}/deno.json`, {});
  }

  /**
   * What a module imports instead, always absolute; null when the map says nothing of it.
   * @throws {NuvomError} `NUVOM_LOADER_IMPORT_MAP`
   */
  resolve(specifier: string, referrer: string): string | null {
    const asked = absolute(specifier, referrer);
    for (const [prefix, addresses] of this.#scopes) {
      const found = covers(prefix, referrer) ? lookUp(asked, addresses) : null;
      if (found !== null) return found;
    }
    return lookUp(asked, this.#addresses);
  }
}

async function readObject(file: string, files: ProjectFiles): Promise<JsonObject | null> {
  const text = await files.text(file, []);
  try {
    return text === null ? null : objectOf(text.trim() === "" ? {} : parse(text), file, "it");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw importMapInvalid(file, error.message, error);
  }
}

function objectOf(value: unknown, file: string, what: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw importMapInvalid(file, `${what} is no object`);
}

function addresses(map: unknown, file: string, base: string): Addresses {
  const found = new Map<string, string | NuvomError>();
  for (const [key, value] of Object.entries(objectOf(map, file, '"imports"'))) {
    const address = typeof value === "string" ? absolute(value, base) : "";
    const problem = problemOf(key, address);
    found.set(absolute(key, base), problem === null ? address : importMapInvalid(file, problem));
  }
  // Deno lets "x": "npm:x@1" stand for "x/": "npm:x@1/" as well.
  for (const [key, address] of [...found]) {
    if (/^(npm|jsr):/.test(String(address)) && !key.endsWith("/") && !found.has(`${key}/`)) {
      found.set(`${key}/`, `${address}/`);
    }
  }
  return longestFirst([...found]);
}

function problemOf(key: string, address: string): string | null {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(address)) {
    return `${JSON.stringify(key)} must stand for a path that begins with "./", or for a URL`;
  }
  if (!key.endsWith("/") || address.endsWith("/")) return null;
  return `${JSON.stringify(key)} ends with a slash, so what it stands for must too`;
}

function longestFirst<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => b.length - a.length);
}

function lookUp(asked: string, addresses: Addresses): string | null {
  const entry = addresses.find(([key]) => covers(key, asked));
  if (entry === undefined) return null;
  const [key, address] = entry;
  if (typeof address !== "string") throw address;
  return address + asked.slice(key.length);
}

function covers(key: string, text: string): boolean {
  return key === text || key.endsWith("/") && text.startsWith(key);
}

function absolute(specifier: string, base: string): string {
  return /^\.{0,2}\//.test(specifier) ? new URL(specifier, base).href : specifier;
}
