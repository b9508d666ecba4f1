/** Many at a time, with the outcome of one after the other. @module */

/**
 * Like `Promise.all` over a list of which only so many are under way. The error is that of the first item that fails,
 * by its place in the list and not by time: it waits for those before it, and not for those behind.
 */
export async function allInOrder<T, R>(
  items: readonly T[],
  atATime: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const under: Promise<R>[] = [];
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const start = (): void => {
    const index = next++;
    const running = run(items[index]!);
    under[index] = running;
    running.then(() => {
      if (!failed && next < items.length) start();
    }, () => {
      failed = true;
    });
  };
  while (next < Math.min(atATime, items.length)) start();
  for (let i = 0; i < items.length; i++) results.push(await under[i]!);
  return results;
}
