/** What is counted by names that others choose. @module */

/** All names beyond the limit are counted together under this one. */
export const OTHER = "other";

/** Makes a value for each name, for so many names and no more. */
export class BoundedMap<V> {
  readonly #values = new Map<string, V>();
  readonly #limit: number;
  readonly #make: (name: string) => V;
  readonly #overflowed: () => void;

  /** @param overflowed Told of every look at a name that has no value of its own. */
  constructor(limit: number, make: (name: string) => V, overflowed: () => void) {
    this.#limit = limit;
    this.#make = make;
    this.#overflowed = overflowed;
  }

  /** The value of the name, else the one that all others share. */
  of(name: string): V {
    const found = this.#values.get(name);
    if (found !== undefined) return found;
    if (this.#values.size < this.#limit) return this.#add(name);
    this.#overflowed();
    return this.#values.get(OTHER) ?? this.#add(OTHER);
  }

  /** All values, in the order of the names' first use. */
  entries(): [name: string, value: V][] {
    return [...this.#values];
  }

  #add(name: string): V {
    const value = this.#make(name);
    this.#values.set(name, value);
    return value;
  }
}
