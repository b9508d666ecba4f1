/** What the cases are given for a queue and results that share a store. @module */

import { assertEquals } from "@std/assert";
import type { QueueBackend, QueueCapability, ResultBackend } from "../core/mod.ts";
import type { Subject, SubjectOptions } from "./harness.ts";
import { QueueHarness } from "./queue_harness.ts";

/** Queue and results that name the same `store`. */
export interface SharedStore {
  /** Closed after the results. */
  readonly queue: QueueBackend;
  /** Closed before the queue. */
  readonly results: ResultBackend;
}

/**
 * A store to be tested: `settle` must leave finished jobs where the results find them.
 *
 * @example
 * ```ts ignore
 * import { STORE_CASES, storeSubject, testCases } from "@nuvom/nuvom/testing";
 * import { MyStore } from "./my_store.ts";
 *
 * const open = (namespace: string) => {
 *   const store = new MyStore(namespace);
 *   return { queue: store.queue(), results: store.results() };
 * };
 * testCases("my store", STORE_CASES, storeSubject({ open }));
 * ```
 */
export function storeSubject(options: SubjectOptions<SharedStore>): Subject<StoreHarness> {
  return { open: () => StoreHarness.open(options) };
}

/** One case's queue, and the results beside it. */
export class StoreHarness {
  /** The queue, and helpers around it. */
  readonly jobs: QueueHarness;
  /** The results beside it. */
  readonly results: ResultBackend;

  private constructor(jobs: QueueHarness, results: ResultBackend) {
    this.jobs = jobs;
    this.results = results;
  }

  /** Opens both. */
  static async open(options: SubjectOptions<SharedStore>): Promise<StoreHarness> {
    let results: ResultBackend | undefined;
    const jobs = await QueueHarness.open({
      ...options,
      remove: options.remove?.bind(options),
      open: async (namespace) => {
        const opened = await options.open(namespace);
        results = opened.results;
        return opened.queue;
      },
    });
    assertEquals(results!.store, jobs.queue.store, "queue and results name the same store");
    return new StoreHarness(jobs, results!);
  }

  /** What the queue promises. */
  get capabilities(): ReadonlySet<QueueCapability> {
    return this.jobs.capabilities;
  }

  /** Calls of the queue that were not answered yet. */
  get pendingCalls(): readonly string[] {
    return this.jobs.pendingCalls;
  }

  /** Closes the results, then the queue. */
  async close(): Promise<void> {
    try {
      await this.results.close();
    } finally {
      await this.jobs.close();
    }
  }
}
