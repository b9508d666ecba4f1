/**
 * Prepared modules (transpiled and parsed) of one graph in one file, so that a warm start neither transpiles nor
 * parses. The file is not trusted: an entry counts only when its hash is the one that the caller expects.
 * @module
 */

import { joined } from "./joined.ts";
import { sha256 } from "./read.ts";
import type { ParsedModule } from "./rewrite.ts";
import { readStored, writeStored } from "./stored_file.ts";

/** Changes when the same source is prepared differently; a test holds it. */
export const PREPARED_VERSION = "1";

/** What is known of a module once it is transpiled and parsed. */
export interface PreparedSource {
  readonly parsed: ParsedModule;
  /** Source map of the transpiler, JSON text. */
  readonly map: string | null;
}

/** The largest file that is read; code and its map are each about as large as the sources of a graph. */
const MAX_PACK_BYTES = 256 * 1024 * 1024;

type Head = readonly (readonly [key: string, length: number])[];
type EntryHead = readonly [
  imports: ParsedModule["imports"],
  dynamic: ParsedModule["dynamic"],
  metas: ParsedModule["metas"],
  taken: readonly string[],
  mapBytes: number | null,
];

const NEWLINE = 10;
const encoder = new TextEncoder();
// A mark at the start of a module's code belongs to its text: offsets count it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The prepared modules of a graph, found by its entries. */
export class PreparedPack {
  readonly #path: string;
  readonly #found: ReadonlyMap<string, Uint8Array>;
  readonly #kept = new Map<string, Uint8Array>();
  #changed = false;

  private constructor(path: string, found: ReadonlyMap<string, Uint8Array>) {
    this.#path = path;
    this.#found = found;
  }

  /** Reads the pack of these entries, if there is one that can be read. */
  static open(folder: string, entries: readonly string[]): PreparedPack {
    const name = sha256(encoder.encode(JSON.stringify(entries)));
    const path = `${folder}/${PREPARED_VERSION}/${name}.pack`;
    const bytes = readStored(path, MAX_PACK_BYTES);
    return new PreparedPack(path, bytes === null ? new Map() : split(bytes));
  }

  /** @param expected SHA-256 of the entry by a source that is trusted; null: nothing is known, so nothing is found. */
  find(key: string, expected: string | null): PreparedSource | null {
    const bytes = this.#found.get(key);
    if (bytes === undefined || expected === null || sha256(bytes) !== expected) return null;
    this.#kept.set(key, bytes);
    return decode(bytes);
  }

  /** Takes a module that was prepared from verified bytes. @returns SHA-256 of the entry, to be expected next time. */
  keep(key: string, prepared: PreparedSource): string {
    const bytes = encode(prepared);
    const known = this.#found.get(key);
    const hash = sha256(bytes);
    this.#changed ||= known === undefined || sha256(known) !== hash;
    this.#kept.set(key, bytes);
    return hash;
  }

  /** Writes what was found and kept, if that is news. A cache that can't be written is no reason to fail. */
  save(): void {
    if (!this.#changed) return;
    const head: Head = [...this.#kept].map(([key, bytes]) => [key, bytes.length]);
    const parts = [encoder.encode(`${JSON.stringify(head)}\n`), ...this.#kept.values()];
    try {
      writeStored(this.#path, joined(parts));
    } catch { /* the next load prepares them again */ }
  }
}

/** The entries of a pack; none where it is torn. */
function split(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  try {
    let at = bytes.indexOf(NEWLINE) + 1;
    for (const [key, length] of JSON.parse(decoder.decode(bytes.subarray(0, at))) as Head) {
      entries.set(key, bytes.subarray(at, at + length));
      at += length;
    }
  } catch { /* what was split so far may still be right: its hash decides */ }
  return entries;
}

function encode({ parsed, map }: PreparedSource): Uint8Array {
  const { code, imports, dynamic, metas, taken } = parsed;
  const mapBytes = map === null ? null : encoder.encode(map);
  const head: EntryHead = [imports, dynamic, metas, [...taken], mapBytes?.length ?? null];
  return joined([encoder.encode(`${JSON.stringify(head)}\n${code}`), ...(mapBytes === null ? [] : [mapBytes])]);
}

/** Only for bytes whose hash is right: those are ours. */
function decode(bytes: Uint8Array): PreparedSource {
  const start = bytes.indexOf(NEWLINE) + 1;
  const head = JSON.parse(decoder.decode(bytes.subarray(0, start))) as EntryHead;
  const [imports, dynamic, metas, taken, mapBytes] = head;
  const end = bytes.length - (mapBytes ?? 0);
  return {
    parsed: { code: decoder.decode(bytes.subarray(start, end)), imports, dynamic, metas, taken: new Set(taken) },
    map: mapBytes === null ? null : decoder.decode(bytes.subarray(end)),
  };
}
