/** The text of a manifest, parsed, and the places of what stands in it. @module */

import { basename, dirname, resolve } from "@std/path";
import { parse } from "@std/toml";
import {
  impossibleKey,
  manifestConflict,
  manifestMissing,
  manifestSyntax,
  manifestUnreadable,
  writtenTwice,
} from "./manifest_errors.ts";
import { indexToml, placeAt, type TomlIndex, type TomlPath, type TomlPlace } from "./toml_index.ts";

/** A manifest that is valid TOML. */
export class ManifestDocument {
  /** Absolute. */
  readonly path: string;
  /** Absolute; where the manifest lies. */
  readonly folder: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly #index: TomlIndex;

  private constructor(path: string, text: string) {
    this.path = path;
    this.folder = dirname(path);
    this.#index = indexToml(text);
    this.#refuseClashes();
    this.data = this.#parse(text);
  }

  /** @throws {NuvomError} `NUVOM_MANIFEST_MISSING`, `…_READ`, `…_SYNTAX`, `…_DUPLICATE` */
  static async open(path: string): Promise<ManifestDocument> {
    return ManifestDocument.of(path, await readText(path));
  }

  /** The same for a text that is not in the file yet. @throws {NuvomError} `NUVOM_MANIFEST_SYNTAX`, `…_DUPLICATE` */
  static of(path: string, text: string): ManifestDocument {
    return new ManifestDocument(resolve(path), text);
  }

  /** `.nuvom_plugins.toml:3:18`; without line and column where they are not known. */
  placeOf(path: TomlPath): string {
    return this.#at(this.#index.placeOf(path));
  }

  #at(place: TomlPlace | undefined): string {
    const name = basename(this.path);
    return place === undefined ? name : `${name}:${place.line}:${place.column}`;
  }

  /** The parser itself lets the last one win, and merges lists. */
  #refuseClashes(): void {
    const clash = this.#index.clashes[0];
    if (clash !== undefined) throw writtenTwice(this.#at(clash.place), shownPath(clash.path), this.#at(clash.first));
    const dropped = this.#index.keys.find(({ name }) => name === "__proto__");
    if (dropped !== undefined) throw impossibleKey(this.#at(dropped.place), dropped.name);
  }

  #parse(text: string): Record<string, unknown> {
    try {
      return parse(text);
    } catch (error) {
      const marker = /^(?:<{7}|>{7})(?: |$)/m.exec(text);
      if (marker !== null) throw manifestConflict(this.#at(placeAt(text, marker.index)), error);
      const { place, detail } = readSyntaxError((error as Error).message);
      throw manifestSyntax(this.#at(place), detail, error);
    }
  }
}

/** `[plugin.x] settings.port`, as a message names a key. */
export function shownPath(path: TomlPath): string {
  if (path.length === 0) return "the manifest";
  const head = path[0] === "plugin" ? 2 : 1;
  const rest = path.slice(head).map((key) => typeof key === "number" ? `[${key}]` : `.${key}`).join("");
  return `[${path.slice(0, head).join(".")}]${rest.replace(/^\.?/, rest === "" ? "" : " ")}`;
}

/** Of the manifest. @throws {NuvomError} `NUVOM_MANIFEST_MISSING`, `…_READ` */
export async function readText(path: string): Promise<string> {
  try {
    // Not asynchronous: for small files the hop to another thread costs more than the read.
    return new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      throw manifestMissing(path);
    }
    if (error instanceof TypeError) throw manifestUnreadable(path, "is not text in UTF-8", error);
    const isFolder = (await Deno.stat(path).catch(() => null))?.isDirectory === true;
    throw manifestUnreadable(path, isFolder ? "is a folder" : `can't be read: ${(error as Error).message}`, error);
  }
}

/** `Parse error on line 2, column 18: Array is not closed`; its columns are from 0, and it may say so twice. */
function readSyntaxError(message: string): { place: TomlPlace | undefined; detail: string } {
  const [prefix, line, column] = /^(?:Parse error on line (\d+), column (\d+): )+/.exec(message) ?? [""];
  const detail = message.slice(prefix.length).replace(/^Cannot parse the TOML: /, "").split("\n")[0]!;
  return {
    place: line === undefined ? undefined : { line: Number(line), column: Number(column) + 1 },
    detail: lowerFirst(detail.replace(/[.:]$/, "")),
  };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
