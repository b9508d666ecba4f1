/** Calls with nothing below them on the stack: what an error's stack costs grows with each frame. @module */

// Taken before foreign code runs: it may replace the globals.
const { apply } = Reflect;
const nothing = Promise.resolve();
const { then } = Promise.prototype;
const bind = Function.prototype.bind as (this: unknown, ...bound: unknown[]) => () => unknown;

/** Calls a function in a microtask of its own; calls come in the order in which they were asked for. */
export function soon(fn: () => unknown): Promise<unknown> {
  return apply(then, nothing, [fn]) as Promise<unknown>;
}

/** A call for {@linkcode soon} with these arguments, and no others. `Reflect.apply` itself leaves no frame. */
export function bareCall(fn: (...args: unknown[]) => unknown, args: readonly unknown[]): () => unknown {
  return apply(bind, apply, [undefined, fn, undefined, args]);
}
