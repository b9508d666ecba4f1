/** What a scenario is. @module */

import type { Packages } from "../harness/packages.ts";
import type { Peer } from "../peers.ts";

/** How much is done; `--quick` has smaller numbers. */
export interface Sizes {
  readonly enqueueOne: number;
  readonly enqueueMany: number;
  readonly drain: number;
  readonly drainLarge: number;
  readonly drainTogether: number;
  readonly retries: number;
  readonly future: number;
  readonly latencySeconds: number;
  readonly idleSeconds: number;
  /** Whether rescues that take up to a minute are waited for. */
  readonly longRescues: boolean;
}

/** What a scenario measures with. */
export interface Context {
  readonly peer: Peer;
  readonly packages: Packages;
  readonly sizes: Sizes;
}

/** A figure that a scenario gives. */
export interface Figure {
  readonly name: string;
  readonly unit: "jobs/s" | "ms" | "s" | "MiB";
}

/** One scenario of the issue. */
export interface Scenario {
  /** For `--scenarios`: `C` stands for all that begin with it. */
  readonly id: string;
  title(sizes: Sizes): string;
  readonly figures: readonly Figure[];
  /** How often peers are measured at most, where one run takes long and says enough. @default every round */
  readonly peerRuns?: number;
  /** One run with one peer: a number for each figure; throws when the store does not hold what it should. */
  measure(context: Context): Promise<readonly number[]>;
}

/** A measurement that was not made, with what there is to say in its place. */
export class NotWaitedFor extends Error {}
