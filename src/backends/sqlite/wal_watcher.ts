/** Hears of other processes' writes by watching the write-ahead log. @module */

/**
 * The event comes before the row can be read, with `synchronous = FULL` by the time of a sync: more looks follow, so long
 * (milliseconds) after the last event.
 */
const MORE_LOOKS_MS = [2, 10, 50, 250] as const;

/** Rings whenever the file changes. */
export class WalWatcher {
  readonly #path: string;
  readonly #ring: () => void;
  #watcher: Deno.FsWatcher | undefined;
  #inFolder = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Which of the looks the timer is for. */
  #look = 0;

  /** @param ring Called on every change. */
  constructor(path: string, ring: () => void) {
    this.#path = path;
    this.#ring = ring;
  }

  /**
   * Starts once; where watching is not possible, waiters fall back to looking from time to time.
   * @returns whether it has begun just now: what came before must be looked for.
   */
  start(): boolean {
    if (this.#watcher !== undefined) return false;
    try {
      this.#watcher = Deno.watchFs(this.#inFolder ? folderOf(this.#path) : this.#path, { recursive: false });
    } catch {
      return false;
    }
    this.#listen(this.#watcher);
    return true;
  }

  /**
   * Another file has taken its place; to be started again. From here on the folder is watched: a second watch of a path whose
   * file was removed hears nothing.
   */
  replaced(): void {
    this.stop();
    this.#inFolder = true;
  }

  /** May be called twice. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { paths } of watcher) {
        if (this.#inFolder && !paths.includes(this.#path)) continue;
        this.#ring();
        // Events come in crowds: a first look that is still to come is soon enough for all of them.
        if (this.#timer === undefined || this.#look > 0) this.#lookAgain(0);
      }
    } catch {
      if (this.#watcher === watcher) this.stop();
    }
  }

  #lookAgain(look: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#look = look;
    const ms = MORE_LOOKS_MS[look];
    if (ms === undefined) return;
    this.#timer = setTimeout(() => {
      this.#ring();
      this.#lookAgain(look + 1);
    }, ms);
  }
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
