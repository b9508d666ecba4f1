/** A backend whose unanswered calls are known by name. @module */

/**
 * Wraps a backend. Every call becomes a promise, and one that nobody waits for any more harms nobody by rejecting.
 *
 * @param calls Holds an entry for each call that is not answered yet.
 * @param answered Told what a call was answered.
 */
export function tracked<B extends object>(
  backend: B,
  calls: Set<{ readonly name: string }>,
  answered: (method: string, args: readonly unknown[], answer: unknown) => void = () => {},
): B {
  return new Proxy(backend, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const call = { name: `${String(key)}()` };
        calls.add(call);
        const answer = (async () => {
          try {
            const result: unknown = await value.apply(target, args);
            answered(String(key), args, result);
            return result;
          } finally {
            calls.delete(call);
          }
        })();
        answer.catch(() => {});
        return answer;
      };
    },
  });
}
