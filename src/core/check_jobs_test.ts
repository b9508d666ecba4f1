import { assertEquals, assertThrows } from "@std/assert";
import { type NewJob, NuvomError } from "./mod.ts";
import { newJob } from "../testing/new_job.ts";
import { checkJobs } from "./check_jobs.ts";

const CYCLIC: Record<string, unknown> = {};
CYCLIC.itself = CYCLIC;

const BAD: readonly Readonly<Record<string, unknown>>[] = [
  { id: "" },
  { id: 5 },
  { task: undefined },
  { args: null },
  { queue: "" },
  { priority: 1.5 },
  { delayMs: -1 },
  { delayMs: NaN },
  { maxAttempts: "3" },
  { retryDelayMs: Infinity },
  { timeoutMs: null },
  { timeoutPolicy: null },
  { storeResult: 1 },
  { uniqueKey: undefined },
  { uniqueForMs: 2 ** 60 },
  { id: Symbol("a") },
  { args: 10n },
  { args: CYCLIC },
];

Deno.test("checkJobs() throws NUVOM_JOB_INVALID for the field that is wrong", () => {
  for (const bad of BAD) {
    const jobs = [newJob(), { ...newJob(), ...bad } as unknown as NewJob, newJob()];
    const error = assertThrows(() => checkJobs(jobs), NuvomError, `is no value for its ${Object.keys(bad)[0]}.`);
    assertEquals(error.code, "NUVOM_JOB_INVALID");
  }
});

Deno.test("checkJobs() takes what a client makes", () => {
  checkJobs([]);
  checkJobs([newJob(), newJob({ priority: -1_000, uniqueKey: "k", delayMs: 3_153_600_000_000 })]);
});
