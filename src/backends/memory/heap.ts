/** A binary heap: the smallest of many in logarithmic time. @module */

/** Below this size dead items cost less than their removal. */
const SMALLEST_SWEEP = 64;

/** Ordered by a comparison. Items may die while they are in it: they never come out, and don't pile up. */
export class Heap<T> {
  readonly #less: (a: T, b: T) => boolean;
  readonly #isLive: (item: T) => boolean;
  #items: T[] = [];
  #sweepAt = SMALLEST_SWEEP;

  /**
   * @param less Whether `a` comes out before `b`; must not change while both are in the heap.
   * @param isLive Whether an item still counts.
   */
  constructor(less: (a: T, b: T) => boolean, isLive: (item: T) => boolean = () => true) {
    this.#less = less;
    this.#isLive = isLive;
  }

  /** Items that it holds, some of them perhaps dead. */
  get size(): number {
    return this.#items.length;
  }

  /** The smallest, which stays. */
  peek(): T | undefined {
    while (this.#items.length > 0 && !this.#isLive(this.#items[0]!)) this.#removeFirst();
    return this.#items[0];
  }

  push(item: T): void {
    if (this.#items.length >= this.#sweepAt) this.#sweep();
    this.#items.push(item);
    this.#rise(this.#items.length - 1);
  }

  /** The smallest, taken out. */
  pop(): T | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#items.pop()!;
    if (this.#items.length === 0) return;
    this.#items[0] = last;
    this.#sink(0);
  }

  /** Called whenever the heap has doubled, so it costs every push the same small share. */
  #sweep(): void {
    this.#items = this.#items.filter(this.#isLive);
    for (let at = (this.#items.length >> 1) - 1; at >= 0; at--) this.#sink(at);
    this.#sweepAt = Math.max(SMALLEST_SWEEP, 2 * this.#items.length);
  }

  #rise(at: number): void {
    const items = this.#items;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#less(items[at]!, items[parent]!)) return;
      [items[at], items[parent]] = [items[parent]!, items[at]!];
      at = parent;
    }
  }

  #sink(at: number): void {
    const items = this.#items;
    while (true) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let least = at;
      if (left < items.length && this.#less(items[left]!, items[least]!)) least = left;
      if (right < items.length && this.#less(items[right]!, items[least]!)) least = right;
      if (least === at) return;
      [items[at], items[least]] = [items[least]!, items[at]!];
      at = least;
    }
  }
}
