/** Whether a file that is open is still the one of its name. @module */

/** Looks are no more frequent than this, in milliseconds. */
const LOOK_MS = 200;

/** Remembers which file it was. */
export class WatchedFile {
  readonly #path: string;
  #identity: string | null;
  #nextLook = 0;

  /** @param path It is open by now. */
  constructor(path: string) {
    this.#path = path;
    this.#identity = identityOf(path);
  }

  /** What is there now; mostly, that it was looked at just before. */
  look(): "same" | "replaced" | "gone" {
    const now = performance.now();
    // Nothing to go by: it was never a file, or the system does not tell files apart.
    if (now < this.#nextLook || this.#identity === null) return "same";
    const found = identityOf(this.#path);
    if (found === this.#identity) {
      this.#nextLook = now + LOOK_MS;
      return "same";
    }
    return found === null ? "gone" : "replaced";
  }

  /** What is there now is the one. */
  accept(): void {
    this.#identity = identityOf(this.#path);
  }
}

function identityOf(path: string): string | null {
  try {
    const { dev, ino } = Deno.statSync(path);
    return ino === null ? null : `${dev}.${ino}`;
  } catch {
    return null;
  }
}
