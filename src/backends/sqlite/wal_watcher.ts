/** Hears of other processes' writes by watching the write-ahead log. @module */

/** The event comes a moment before the row can be read: after the first ring comes a second one. */
const SECOND_LOOK_MS = 2;

/** Rings whenever the file changes. */
export class WalWatcher {
  readonly #path: string;
  readonly #ring: () => void;
  #watcher: Deno.FsWatcher | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param ring Called on every change. */
  constructor(path: string, ring: () => void) {
    this.#path = path;
    this.#ring = ring;
  }

  /** Starts once; where watching is not possible, waiters fall back to looking from time to time. */
  start(): void {
    if (this.#watcher !== undefined) return;
    try {
      this.#watcher = Deno.watchFs(this.#path);
    } catch {
      return;
    }
    this.#listen(this.#watcher);
  }

  /** May be called twice. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    for await (const _event of watcher) {
      this.#ring();
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#ring();
      }, SECOND_LOOK_MS);
    }
  }
}
