/** How far the load of a graph has come, and how large that graph may be. @module */

import { graphTooLarge } from "./errors.ts";
import type { ModuleRequest } from "./loaded_module.ts";
import { isRemote } from "./remote.ts";

/** Most modules and bytes that one entry may bring. */
export interface GraphLimits {
  readonly modules: number;
  readonly bytes: number;
}

/** Of modules from URLs, and of those that lie in the project. */
const LIMITS: Readonly<Record<"remote" | "local", GraphLimits>> = {
  remote: { modules: 1_000, bytes: 32 * 1024 * 1024 },
  local: { modules: 10_000, bytes: 128 * 1024 * 1024 },
};
/** How far a load has come. */
export interface LoadProgress {
  /** Modules that are there. */
  readonly done: number;
  /** Modules that are known so far, those that are there included. */
  readonly known: number;
  /** Bytes of those that are there. */
  readonly bytes: number;
}

type Asked = Pick<ModuleRequest, "url" | "chain">;

/**
 * Counts what arrives, and refuses more than an entry may bring. What several share counts for the one that was first
 * to bring it, so that it never matters how many task modules a project has.
 */
export class Progress {
  readonly #report: (progress: LoadProgress) => void;
  readonly #limits: typeof LIMITS;
  readonly #brought = new Map<string, { modules: number; bytes: number }>();
  #known = 0;
  #done = 0;
  #bytes = 0;

  constructor(report: (progress: LoadProgress) => void = () => {}, remoteLimits: GraphLimits = LIMITS.remote) {
    this.#report = report;
    this.#limits = { ...LIMITS, remote: remoteLimits };
  }

  /** Modules that are to be loaded. @throws {NuvomError} `NUVOM_LOADER_TOO_LARGE` */
  expect(wave: readonly Asked[]): void {
    for (const request of wave) this.#count(request, request.url, "modules", 1);
    this.#known += wave.length;
  }

  /** A module is there. @throws {NuvomError} `NUVOM_LOADER_TOO_LARGE` */
  arrived({ url, bytes }: { readonly url: string; readonly bytes: number }, request: Asked): void {
    this.#count(request, url, "bytes", bytes);
    this.#done += 1;
    this.#bytes += bytes;
    this.#report({ done: this.#done, known: this.#known, bytes: this.#bytes });
  }

  #count({ url: asked, chain }: Asked, url: string, what: keyof GraphLimits, amount: number): void {
    const entry = chain[0] ?? asked;
    const place = isRemote(url) ? "remote" : "local";
    const key = `${place} ${entry}`;
    const brought = this.#brought.get(key) ?? { modules: 0, bytes: 0 };
    this.#brought.set(key, brought);
    brought[what] += amount;
    const limit = this.#limits[place][what];
    if (brought[what] > limit) throw graphTooLarge(entry, place, what, limit);
  }
}
