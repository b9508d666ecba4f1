/** What the cases of result backends are given. @module */

import type { FinishedJob, QueueCapability, ResultBackend } from "../core/mod.ts";
import { newJob } from "./new_job.ts";
import { Harness, randomName, type Subject, type SubjectOptions } from "./harness.ts";

/** When the last job ended that a case made: later ones end later, so that they are the latest of any store. */
let latest = 0;

/** What a result backend can promise beyond the least. */
export type ResultCapability = Extract<QueueCapability, "durable" | "namespace" | "prune">;

/** How result backends are opened for the cases. */
export interface ResultSubjectOptions extends SubjectOptions<ResultBackend> {
  /** A result backend does not say itself what it promises. @default nothing */
  readonly capabilities?: readonly ResultCapability[];
}

/**
 * A result backend to be tested.
 *
 * @example
 * ```ts ignore
 * import { RESULT_CASES, resultSubject, testCases } from "@nuvom/nuvom/testing";
 * import { MyResults } from "./my_results.ts";
 *
 * const open = (namespace: string) => new MyResults({ namespace, settings: {} });
 * testCases("my results", RESULT_CASES, resultSubject({ open, capabilities: ["durable", "namespace"] }));
 * ```
 */
export function resultSubject(options: ResultSubjectOptions): Subject<ResultHarness> {
  return { open: () => ResultHarness.open(options) };
}

/** One case's results, in a namespace of their own. */
export class ResultHarness extends Harness<ResultBackend> {
  /** What its subject says that the results promise. */
  readonly capabilities: ReadonlySet<QueueCapability>;
  readonly #namespace = randomName("nuvom_test");
  #results!: ResultBackend;

  private constructor(options: ResultSubjectOptions) {
    super(options);
    this.capabilities = new Set(options.capabilities);
  }

  /** Opens the first client. */
  static async open(options: ResultSubjectOptions): Promise<ResultHarness> {
    const harness = new ResultHarness(options);
    harness.#results = await harness.openClient(harness.#namespace);
    return harness;
  }

  /** The results; after {@linkcode ResultHarness.reopen} the new client. */
  get results(): ResultBackend {
    return this.#results;
  }

  /** A client of other data; for cases that need `namespace`. */
  elsewhere(): Promise<ResultBackend> {
    return this.openClient(randomName("nuvom_test"));
  }

  /** Closes the results and opens them again; for cases that need `durable`. */
  async reopen(): Promise<void> {
    await this.closeClient(this.#results);
    this.#results = await this.openClient(this.#namespace);
  }

  /** A job that ended as `SUCCESS`, each later than the one before. */
  succeeded(overrides: Partial<FinishedJob> = {}): FinishedJob {
    const finishedAt = latest = Math.max(latest + 1, Date.now());
    return {
      ...newJob(),
      state: "SUCCESS",
      createdAt: finishedAt - 300,
      runAt: finishedAt - 200,
      attempts: 1,
      losses: 0,
      startedAt: finishedAt - 100,
      finishedAt,
      workerId: "conformance",
      result: "1",
      error: null,
      errors: [],
      ...overrides,
    };
  }

  /** A job that ended as `FAILED`. */
  failed(overrides: Partial<FinishedJob> = {}): FinishedJob {
    const error = { name: "Error", message: "it failed" };
    return this.succeeded({ state: "FAILED", result: null, error, ...overrides });
  }
}
