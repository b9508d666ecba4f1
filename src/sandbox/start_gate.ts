/** Whether an executor may begin its orders: shared with a thread that hears the host while a handler blocks the other. @module */

// Taken at import: in a guest, foreign code may change the globals later.
const { add, compareExchange, load, store } = Atomics;

/** Numbers of orders wrap around here. */
export const ORDER_NUMBERS = 2 ** 30;

/** Whether order `number` was sent after order `other`; they may have wrapped around in between. */
export function isAfter(number: number, other: number): boolean {
  const ahead = (number - other + ORDER_NUMBERS) % ORDER_NUMBERS;
  return ahead > 0 && ahead < ORDER_NUMBERS / 2;
}

/** What was begun when a gate was closed. */
export interface Recalled {
  /** Number of the last order that was begun. */
  readonly begun: number;
  /** How often the gate was closed so far; only who knows the latest opens it again. */
  readonly recall: number;
}

/** Where in the buffer: the number of the order that was begun last; its complement, a negative number, while closed. */
const ORDER = 0;
/** Where in the buffer: how often it was closed. */
const RECALLS = 1;

/** Closed by one thread, passed and opened by the other. */
export class StartGate {
  /** For the other thread. */
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;

  /** @param buffer Of the gate in the other thread. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#words = new Int32Array(buffer);
  }

  /** The thread of the handlers begins all orders up to this number; false, and it must not, while the gate is closed. */
  pass(number: number): boolean {
    const before = load(this.#words, ORDER);
    return before >= 0 && compareExchange(this.#words, ORDER, before, number) === before;
  }

  /** The other thread lets nothing more begin. */
  close(): Recalled {
    // Counted first: see `open`.
    const recall = add(this.#words, RECALLS, 1) + 1;
    while (true) {
      const word = load(this.#words, ORDER);
      if (word < 0) return { begun: ~word, recall };
      if (compareExchange(this.#words, ORDER, word, ~word) === word) return { begun: word, recall };
    }
  }

  /**
   * The thread of the handlers has thrown away all orders up to this number; what comes now may begin. Not so where the
   * gate was closed again since this recall: what came in between was taken back by that one.
   */
  open(number: number, recall: number): void {
    if (load(this.#words, RECALLS) !== recall) return;
    store(this.#words, ORDER, number);
    // Closed meanwhile, perhaps before the store, which has undone it then.
    if (load(this.#words, RECALLS) !== recall) compareExchange(this.#words, ORDER, number, ~number);
  }
}
