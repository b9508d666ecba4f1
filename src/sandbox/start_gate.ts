/** Whether an executor may begin its orders: shared with a thread that hears the host while a handler blocks the other. @module */

// Taken at import: in a guest, foreign code may change the globals later.
const { compareExchange, load, store } = Atomics;

/** Numbers of orders wrap around here. */
export const ORDER_NUMBERS = 2 ** 30;

/** Whether order `number` was sent after order `other`; they may have wrapped around in between. */
export function isAfter(number: number, other: number): boolean {
  const ahead = (number - other + ORDER_NUMBERS) % ORDER_NUMBERS;
  return ahead > 0 && ahead < ORDER_NUMBERS / 2;
}

/** Holds the number of the order that was begun last; its complement, a negative number, while it is closed. */
export class StartGate {
  /** For the other thread. */
  readonly buffer: SharedArrayBuffer;
  readonly #word: Int32Array;

  /** @param buffer Of the gate in the other thread. */
  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#word = new Int32Array(buffer);
  }

  /** The thread of the handlers begins all orders up to this number; false, and it must not, while the gate is closed. */
  pass(number: number): boolean {
    const before = load(this.#word, 0);
    return before >= 0 && compareExchange(this.#word, 0, before, number) === before;
  }

  /** The other thread lets nothing more begin; answers the number of the last order that was. */
  close(): number {
    while (true) {
      const word = load(this.#word, 0);
      if (word < 0) return ~word;
      if (compareExchange(this.#word, 0, word, ~word) === word) return word;
    }
  }

  /** The thread of the handlers has thrown away all orders up to this number; what comes now may begin. */
  open(number: number): void {
    store(this.#word, 0, number);
  }
}
