/** Cases as tests of `deno test`. @module */

import type { ConformanceCase } from "./conformance_case.ts";
import type { Subject } from "./harness.ts";
import { runCase, type RunnableHarness, type RunOptions } from "./run_cases.ts";

/**
 * Registers a test for each case. A case that the backend does not claim prints what it lacks, and passes.
 *
 * @param name Of the backend, in front of the name of each case.
 * @param subject Of the same kind as the cases; {@linkcode queueSubject} shows a whole test.
 * @example
 * ```ts
 * import { RESULT_CASES, type ResultSubjectOptions, resultSubject, testCases } from "@nuvom/nuvom/testing";
 *
 * function testMyResults(open: ResultSubjectOptions["open"]) {
 *   testCases("my results", RESULT_CASES, resultSubject({ open, capabilities: ["durable", "namespace"] }));
 * }
 * ```
 */
export function testCases<H extends RunnableHarness>(
  name: string,
  cases: readonly ConformanceCase<H>[],
  subject: Subject<H>,
  options: RunOptions = {},
): void {
  for (const one of cases) {
    Deno.test(`${name}: ${one.name}`, async () => {
      const report = await runCase(one, subject, options);
      if (report.outcome === "failed") throw report.error;
      if (report.outcome === "not promised") console.log(`not promised: it claims no ${report.missing.join(", no ")}`);
    });
  }
}
