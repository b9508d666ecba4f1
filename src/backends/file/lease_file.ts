/** Until when leases were renewed, in one file: a renewal rewrites no job. @module */

import type { LeasedJob } from "../../core/mod.ts";
import type { MemoryStore } from "../memory/store.ts";
import { textIfThere, writeWhole } from "./folder.ts";

type Leases = Readonly<Record<string, { readonly token: string; readonly until: number }>>;

/**
 * Every process looks at it before it does anything else, so that nobody takes a job whose lease goes on. It never waits
 * for the disk: a lease only counts while its process lives, and one that is lost makes a job run again. All calls need
 * the lock of the folder.
 */
export class LeaseFile {
  readonly #path: string;
  #text: string | null = null;

  /** It is made with the first renewal. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Leases of `memory` last until what the file says. @param anew Also when the file has not changed. */
  read(memory: MemoryStore, anew: boolean): void {
    const text = textIfThere(this.#path);
    if (text === this.#text && !anew) return;
    this.#text = text;
    for (const [id, { token, until }] of Object.entries(parse(text))) {
      const entry = memory.leased({ id, token });
      if (entry !== null && entry.place!.at !== until) memory.holdUntil(entry, until);
    }
  }

  /** Writes that the leases of these jobs go on, and leaves out those that are over. */
  write(memory: MemoryStore, renewed: Iterable<string>): void {
    const leases: Record<string, { token: string; until: number }> = {};
    for (const id of new Set([...Object.keys(parse(this.#text)), ...renewed])) {
      const { record, place } = memory.entries.get(id) ?? {};
      if (record?.state === "RUNNING") leases[id] = { token: (record as LeasedJob).token, until: place!.at };
    }
    this.#text = JSON.stringify(leases);
    writeWhole(this.#path, this.#text, true);
  }
}

/** What a power cut has left of it may be anything. */
function parse(text: string | null): Leases {
  try {
    return JSON.parse(text ?? "{}") ?? {};
  } catch {
    return {};
  }
}
