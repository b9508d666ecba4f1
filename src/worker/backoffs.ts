/** How the tasks of the executors wait between attempts. @module */

import type { BackoffPolicy } from "../core/mod.ts";

const KINDS: readonly unknown[] = ["exponential", "fixed", "function", "list"];

/** Policies by task; only of tasks that say more than the default. */
export class Backoffs {
  readonly #policies = new Map<string, BackoffPolicy>();

  /** Takes the tasks that an executor has loaded. Foreign code runs beside the one who tells: what is none is passed over. */
  learn(tasks: unknown): void {
    if (!Array.isArray(tasks)) return;
    for (const task of tasks) {
      const { name, backoff } = (task ?? {}) as { readonly name?: unknown; readonly backoff?: unknown };
      if (typeof name === "string" && isPolicy(backoff)) this.#policies.set(name, backoff);
    }
  }

  /** Undefined: the usual one. */
  of(task: string): BackoffPolicy | undefined {
    return this.#policies.get(task);
  }
}

function isPolicy(value: unknown): value is BackoffPolicy {
  const { kind, jitter, capMs, delaysMs } = (value ?? {}) as Record<string, unknown>;
  if (!KINDS.includes(kind) || !isAmount(jitter) || jitter > 1) return false;
  if (capMs !== null && !isAmount(capMs)) return false;
  return kind !== "list" || Array.isArray(delaysMs) && delaysMs.length > 0 && delaysMs.every(isAmount);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}
