/** What `nuvom plugin test` finds out, piece by piece. @module */

import type { CaseGroup } from "../../testing/mod.ts";
import type { QueueCapability } from "../../core/mod.ts";

/** One thing that was tried on a plugin, and how it ended. */
export interface Step {
  /** The plugin as it was named: its name once it is known. */
  readonly plugin: string;
  /** What a plugin that is well does: `starts`. */
  readonly name: string;
  /** The backend whose case it is. */
  readonly backend?: string;
  readonly group?: CaseGroup;
  readonly outcome: "passed" | "failed" | "not promised";
  readonly error?: unknown;
  /** Why it is not promised. */
  readonly missing?: readonly QueueCapability[];
  /** Milliseconds. */
  readonly ms: number;
}

/** Runs a step that must succeed; answers how it ended and what it came to. */
export async function attempt<T>(
  plugin: string,
  name: string,
  work: () => Promise<T>,
): Promise<{ readonly step: Step; readonly value?: T }> {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  try {
    const value = await work();
    return { step: { plugin, name, outcome: "passed", ms: ms() }, value };
  } catch (error) {
    return { step: { plugin, name, outcome: "failed", error, ms: ms() } };
  }
}
