/** Sharing a lease among queues by their weights. @module */

/**
 * So many of `count` for each weight. What can't be divided falls to one or the other by chance, so that also leases of
 * one job at a time keep the proportion.
 */
export function sharesOf(count: number, weights: readonly number[], random: () => number = Math.random): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const chance = random();
  let [exact, given] = [chance, 0];
  return weights.map((weight) => {
    exact += count * weight / sum;
    const share = Math.floor(exact + 1e-9) - given;
    given += share;
    return share;
  });
}

/**
 * Takes at most `limit` items of several queues by their weights; a queue that has too few leaves the rest to the others.
 *
 * @param take Takes at most so many of one queue: fewer when it has no more.
 */
export function takeByWeight<T>(
  limit: number,
  weights: ReadonlyMap<string, number>,
  take: (queue: string, count: number) => readonly T[],
): T[] {
  const taken: T[] = [];
  const open = new Map(weights);
  while (taken.length < limit && open.size > 0) {
    const names = [...open.keys()];
    const shares = sharesOf(limit - taken.length, [...open.values()]);
    names.forEach((name, index) => {
      const found = take(name, shares[index]!);
      taken.push(...found);
      if (found.length < shares[index]!) open.delete(name);
    });
  }
  return taken;
}

/** The weights of a request by queue; null when it has none. */
export function weightsOf(
  { queues, weights }: { readonly queues: readonly string[] | null; readonly weights?: readonly number[] },
): ReadonlyMap<string, number> | null {
  if (queues === null || weights === undefined) return null;
  return new Map(queues.map((name, index) => [name, weights[index] ?? 1]));
}
