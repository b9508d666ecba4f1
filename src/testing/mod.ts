/**
 * For authors of plugins: the promises of queue and result backends as cases that any backend can be held to, and a
 * clock that a test moves.
 * @module
 */

export type { CaseGroup, ConformanceCase } from "./conformance_case.ts";
export { FakeClock } from "./fake_clock.ts";
export { Harness, type Subject, type SubjectOptions } from "./harness.ts";
export { QUEUE_CASES } from "./queue_cases.ts";
export { type Ending, QueueHarness, queueSubject } from "./queue_harness.ts";
export { RESULT_CASES } from "./result_cases.ts";
export { type ResultCapability, ResultHarness, resultSubject, type ResultSubjectOptions } from "./result_harness.ts";
export {
  type CaseOutcome,
  type CaseReport,
  runCase,
  runCases,
  type RunnableHarness,
  type RunOptions,
} from "./run_cases.ts";
export { STORE_CASES } from "./store_cases.ts";
export { type SharedStore, StoreHarness, storeSubject } from "./store_harness.ts";
export { testCases } from "./test_cases.ts";
