/** What the jobs do, in the process of the peer's worker; `../project/tasks.ts` does the same for nuvom. @module */

import type { Kind } from "./adapter.ts";

/** Milliseconds since the epoch, with a fraction. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** Makes the handler of a kind. */
export function handlerOf(kind: Kind): (payload: number) => unknown {
  switch (kind) {
    case "noop":
      return (payload) => payload;
    case "flaky":
      return failingOnce();
    case "lag":
      return (enqueuedAt) => preciseNow() - enqueuedAt;
    case "hang":
      return () => new Promise((resolve) => setTimeout(resolve, 3_600_000));
  }
}

function failingOnce(): (payload: number) => number {
  const seen = new Set<number>();
  return (payload) => {
    if (seen.has(payload)) return payload;
    seen.add(payload);
    throw new Error("not yet");
  };
}
