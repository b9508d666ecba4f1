import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { NuvomError } from "./errors.ts";
import { checkTaskOptions, type TaskOptions } from "./task.ts";

const policy = (options: Partial<TaskOptions>) => checkTaskOptions({ name: "t", ...options }).backoff;

Deno.test("checkTaskOptions() keeps a backoff in milliseconds, and none where the default is meant", () => {
  assertEquals(policy({ retries: 3, retryDelay: "2s" }), undefined);
  assertEquals(policy({ backoff: "fixed" }), { kind: "fixed", jitter: 0.2, capMs: null });
  assertEquals(policy({ retryJitter: 0 }), { kind: "exponential", jitter: 0, capMs: null });
  assertEquals(policy({ maxRetryDelay: "5m" }), { kind: "exponential", jitter: 0.2, capMs: 300_000 });
  assertEquals(policy({ backoff: () => 5 }), { kind: "function", jitter: 0.2, capMs: null });
  assertEquals(policy({ backoff: ["1s", 2_000, "1h"] }), {
    kind: "list",
    jitter: 0.2,
    capMs: null,
    delaysMs: [1_000, 2_000, 3_600_000],
  });
});

Deno.test("checkTaskOptions() takes the length of a list for the retries", () => {
  assertEquals(checkTaskOptions({ name: "t", backoff: ["1s", "5s"] }).retries, 2);
  assertEquals(checkTaskOptions({ name: "t", backoff: ["1s", "5s"], retries: 7 }).retries, 7);
});

Deno.test("checkTaskOptions() names task, key and value of what it refuses, and the nearest key", () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ retires: 3 }, 'There is no option "retires" (3) of the task "t". Did you mean "retries"?'],
    [{ whatever: {} }, 'There is no option "whatever" ({}) of the task "t". Known: backoff, '],
    [{ retries: 1.5 }, '1.5 is no value for retries of the task "t". Use a whole number from 0 to 1000.'],
    [{ retries: 1n }, '[object BigInt] is no value for retries of the task "t".'],
    [{ backoff: "linear" }, '"linear" is no backoff for the task "t". Use "exponential", "fixed", a list'],
    [{ backoff: [] }, '[] is no backoff for the task "t".'],
    [{ backoff: ["1s", "soon"] }, '"soon" is no duration for backoff[1] of the task "t".'],
    [{ backoff: ["1s"], retryDelay: "1s" }, "is a list and retryDelay is given as well"],
    [{ retryJitter: 2 }, '2 is no value for retryJitter of the task "t". Use a number from 0 to 1.'],
    [{ retryJitter: NaN }, "is no value for retryJitter"],
    [{ maxRetryDelay: -1 }, '-1 is no duration for maxRetryDelay of the task "t".'],
    [{ retryDelay: {} }, '{} is no duration for retryDelay of the task "t".'],
    [{ timeoutPolicy: "stop" }, '"stop" is no timeoutPolicy for the task "t".'],
  ];
  for (const [options, text] of cases) {
    const error = assertThrows(() => checkTaskOptions({ name: "t", ...options }), NuvomError);
    assertStringIncludes(error.message, text);
    assertEquals(["NUVOM_TASK_OPTIONS", "NUVOM_DURATION_INVALID"].includes(error.code), true);
  }
  assertEquals(assertThrows(() => checkTaskOptions(null as never), NuvomError).code, "NUVOM_TASK_OPTIONS");
});
