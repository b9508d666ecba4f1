/** Plugins are made ready ahead of their turn to start: most of a start is waiting for a process. @module */

import type { LifeSource } from "./life.ts";
import type { SupervisedPlugin } from "./supervised_plugin.ts";

/** A plugin that is to start, and what its lives are made of. */
export interface NextPlugin {
  readonly plugin: Pick<SupervisedPlugin, "name" | "prepare" | "stop">;
  readonly source: LifeSource;
}

/** Opens realms in the order of the starts, a few at a time; whoever made it must call `close`. */
export class HeadStart<N extends NextPlugin> {
  readonly #left: Map<string, N>;
  readonly #lanes: readonly Promise<void>[];
  #closed = false;

  /** Begins at once. @param atOnce 1 or more. */
  constructor(plugins: readonly N[], atOnce: number) {
    this.#left = new Map(plugins.map((next) => [next.plugin.name, next]));
    const queue = plugins.values();
    this.#lanes = Array.from({ length: atOnce }, () => this.#prepare(queue));
  }

  /** It is the plugin's turn: from now on whoever took it stops it. Undefined when it is not among them. */
  take(name: string): N | undefined {
    const next = this.#left.get(name);
    this.#left.delete(name);
    return next;
  }

  /** Ends those whose turn has not come; how that goes is not told, as nobody has seen them. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#left.values()].map(({ plugin }) => plugin.stop()));
    await Promise.all(this.#lanes);
  }

  async #prepare(queue: Iterator<N>): Promise<void> {
    for (let next = queue.next(); !this.#closed && !next.done; next = queue.next()) {
      await next.value.plugin.prepare(next.value.source);
    }
  }
}
