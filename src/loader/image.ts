/**
 * The modules from URLs of a graph as they are written into a private folder, in one file: a warm start neither
 * resolves, transpiles, parses nor rewrites them. The file is not trusted: it counts only when a lock has its hash.
 * @module
 */

import { builtinTarget, REQUIRABLE } from "./builtins.ts";
import { type Guarded, type Image, type ImageModule, type ModuleGraph, moduleKey, type StackDetails } from "./graph.ts";
import { guardedOf } from "./guard.ts";
import { joined } from "./joined.ts";
import type { LoadedModule, ModuleLink } from "./loaded_module.ts";
import { NO_SOURCE_MAP, targetOf } from "./prepared_file.ts";
import { sha256 } from "./read.ts";
import type { Resolution } from "./resolve.ts";
import { rewrite, type Shift } from "./rewrite.ts";
import { readStored, writeStored } from "./stored_file.ts";

/** Changes when the same source is written differently; a test holds it. Built-in modules are part of the key. */
export const IMAGE_VERSION = "3";

/** The largest file that is read; what is written of a graph is about as large as its sources, its maps as well. */
const MAX_IMAGE_BYTES = 256 * 1024 * 1024;

/** What every start needs of a module. */
type ModuleHead = readonly [
  url: string,
  type: LoadedModule["type"],
  mediaType: LoadedModule["mediaType"],
  sha256: string,
  bytes: number,
  textBytes: number,
  /** By number in the image. */
  links: readonly number[],
  guarded: Guarded,
];
interface Head {
  readonly redirects: readonly (readonly [asked: string, url: string])[];
  readonly modules: readonly ModuleHead[];
}
/** What hardly any start needs of a module: stacks of errors, and copies for servers without a network. */
type ModuleDetails = readonly [
  imports: readonly (readonly [string, Resolution])[],
  map: string | null,
  shifts: readonly Shift[],
];

const NEWLINE = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Reads the image with this key.
 * @param expected Its SHA-256 by a lock; left out where that does not know it.
 * @returns Null where it is missing or is another one.
 */
export function readImage(folder: string, key: string, expected?: string): Image | null {
  const bytes = expected === undefined ? null : readStored(imagePath(folder, key), MAX_IMAGE_BYTES);
  if (bytes === null) return null;
  const hash = sha256(bytes);
  return hash === expected ? imageOf(key, hash, bytes) : null;
}

/**
 * Makes the image of the modules from URLs of a graph.
 * @param modules In the order of their walk, numbered from 0.
 * @param folder Where it is kept; null: nowhere.
 */
export function makeImage(
  key: string,
  graph: ModuleGraph,
  modules: readonly LoadedModule[],
  folder: string | null,
): Image {
  const bytes = imageBytes(graph, modules);
  if (folder !== null) {
    try {
      writeStored(imagePath(folder, key), bytes);
    } catch { /* the next load makes it again */ }
  }
  return imageOf(key, sha256(bytes), bytes);
}

/** Only for bytes whose hash is right, or that were just made: those are ours. */
function imageOf(key: string, hash: string, bytes: Uint8Array): Image {
  const start = bytes.indexOf(NEWLINE) + 1;
  const head = JSON.parse(decoder.decode(bytes.subarray(0, start))) as Head;
  return { key, sha256: hash, redirects: new Map(head.redirects), modules: modulesOf(head, bytes, start) };
}

/**
 * Names an image by all that it depends on besides the sources, whose hashes the lock has.
 * @param roots Keys of the modules that are entries, or that files of the project import.
 */
export function imageKey(roots: readonly string[], imports: Readonly<Record<string, string>>): string {
  const builtins = REQUIRABLE.map((name) => [name, builtinTarget(name)]);
  const mapped = Object.entries(imports).sort(([a], [b]) => a < b ? -1 : 1);
  return sha256(encoder.encode(JSON.stringify([IMAGE_VERSION, builtins, mapped, roots])));
}

function imagePath(folder: string, key: string): string {
  return `${folder}/${key}.image`;
}

/** A line of JSON, the texts one behind the other, and JSON of what is hardly ever needed. */
function imageBytes(graph: ModuleGraph, modules: readonly LoadedModule[]): Uint8Array {
  const numbers = new Map(modules.map((module, i) => [moduleKey(module.url, module.type), i]));
  const numberOf = ({ url, type }: ModuleLink) => numbers.get(moduleKey(graph.redirects.get(url) ?? url, type))!;
  const heads: ModuleHead[] = [];
  const texts: Uint8Array[] = [];
  const details: ModuleDetails[] = [];
  for (const module of modules) {
    const { url, type, mediaType, sha256, bytes, index, imports, map, links } = module;
    const { code, shifts } = rewrite(module.parsed!, (site) => targetOf(module, site, graph), index);
    const text = encoder.encode(code + NO_SOURCE_MAP);
    const numbers = [...new Set(links.map(numberOf))];
    heads.push([url, type, mediaType, sha256, bytes, text.length, numbers, guardedOf(module, graph)]);
    texts.push(text);
    details.push([[...imports], map, shifts()]);
  }
  const head: Head = { redirects: [...graph.redirects], modules: heads };
  return joined([encoder.encode(`${JSON.stringify(head)}\n`), ...texts, encoder.encode(JSON.stringify(details))]);
}

function modulesOf({ modules }: Head, bytes: Uint8Array, start: number): ImageModule[] {
  let at = start;
  const texts = modules.map(([, , , , , length]) => bytes.subarray(at, at += length));
  const details = new Details(bytes.slice(at));
  const targets = modules.map(([url, type]) => ({ url, type }));
  return modules.map(([url, type, mediaType, sha256, bytes, , links, guarded], index) => ({
    ...{ url, type, mediaType, sha256, bytes, index, guarded, parsed: null, map: null, requires: NONE, resolves: NONE },
    links: links.map((link) => targets[link]!),
    text: texts[index]!,
    stack: { url, details: () => details.stack(index) },
    get imports() {
      return details.imports(index);
    },
  }));
}

const NONE: ReadonlyMap<string, Resolution> = new Map();

/** Read when they are asked for. */
class Details {
  #bytes: Uint8Array | null;
  #read: readonly ModuleDetails[] = [];

  /** @param bytes Of their own: they are kept when the texts are long gone. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  imports(index: number): ReadonlyMap<string, Resolution> {
    return new Map(this.#all()[index]![0]);
  }

  stack(index: number): StackDetails {
    const [, map, shifts] = this.#all()[index]!;
    return { map, shifts };
  }

  #all(): readonly ModuleDetails[] {
    if (this.#bytes !== null) this.#read = JSON.parse(decoder.decode(this.#bytes));
    this.#bytes = null;
    return this.#read;
  }
}
