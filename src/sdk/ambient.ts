/**
 * What the free functions of the sdk act on: inside a realm the guest sets it before foreign code runs, in an
 * application `mod.ts` does.
 * @module
 */

import {
  type EnqueueOrder,
  type EnqueueReceipt,
  type Logger,
  NuvomError,
  type PluginContext,
  type WaitAnswer,
} from "../core/mod.ts";

/** What a handler may know of the job that it runs for. */
export interface JobContext {
  /** Of the job. */
  readonly id: string;
  /** Name of the task. */
  readonly task: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborted on timeout, cancel, a lost lease and shutdown. */
  readonly signal: AbortSignal;
  /** Writes under the task's name, with the job's id. */
  readonly log: Logger;
  /** Reports how far the job is. @param value From 0 to 1. */
  progress(value: number, note?: string): void;
}

/** The surroundings of foreign code. */
export interface Ambient {
  enqueue(orders: readonly EnqueueOrder[]): Promise<readonly Pick<EnqueueReceipt, "id">[]>;
  /** Null when the time is over first. */
  wait(id: string, timeoutMs: number): Promise<WaitAnswer | null>;
  /** The job of the calling handler; undefined outside of one. */
  job(): JobContext | undefined;
  /** The context of the plugin that is being started; undefined elsewhere. */
  plugin(): PluginContext | undefined;
}

let current: Ambient | undefined;

/** Sets the surroundings; the last call counts, undefined takes them away. */
export function setAmbient(ambient: Ambient | undefined): void {
  current = ambient;
}

/** The surroundings, or undefined outside of nuvom. */
export function ambientOrNone(): Ambient | undefined {
  return current;
}

/** @throws {NuvomError} `NUVOM_NO_CLIENT` when nothing was set. */
export function ambient(): Ambient {
  if (current !== undefined) return current;
  throw new NuvomError("NUVOM_NO_CLIENT", {
    what: "This code runs outside of nuvom, so there is no queue to talk to.",
    mend: "Open an engine first (`openEngine` of @nuvom/nuvom), or enqueue with `nuvom enqueue`.",
  });
}
