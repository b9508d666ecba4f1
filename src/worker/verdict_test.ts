import { assertEquals } from "@std/assert";
import type { BackoffPolicy, ErrorData, LeasedJob, Outcome } from "../core/mod.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { released, type Verdict, verdictOf } from "./verdict.ts";

const error: ErrorData = { name: "Error", message: "boom" };
const failure = (retryable: boolean): Outcome => ({ kind: "failure", error, retryable });

function verdict(over: Partial<LeasedJob>, outcome: Outcome, losses = 0): Verdict {
  return verdictOf(job("a", over), outcome, { now: 7, losses, random: () => 0 });
}

const steps = ({ next, settlement, delayMs }: Verdict) => [next, settlement.action, delayMs];

Deno.test("verdictOf() keeps the result of a success, and not when the task says so", () => {
  const outcome: Outcome = { kind: "success", result: "[1]" };
  assertEquals(verdict({}, outcome).settlement, { id: "a", token: "token-a", action: "succeed", result: "[1]" });
  assertEquals(verdict({ storeResult: false }, outcome).settlement, {
    id: "a",
    token: "token-a",
    action: "succeed",
    result: null,
  });
});

Deno.test("verdictOf() retries a failure with exponential backoff while attempts are left", () => {
  const left = verdict({ attempts: 2, maxAttempts: 3 }, failure(true));
  assertEquals(steps(left), ["retry", "retry", 2_000]);
  const attempt = { attempt: 2, at: 7, outcome: "failure" as const, error };
  assertEquals(left.settlement, { id: "a", token: "token-a", action: "retry", delayMs: 2_000, attempt });
  assertEquals(steps(verdict({ attempts: 3, maxAttempts: 3 }, failure(true))), ["failed", "fail", undefined]);
});

Deno.test("verdictOf() waits as the task says, and as its function answered, below its cap", () => {
  const asked = { ...failure(true), retryInMs: 50_000 } as Outcome;
  const timeout: Outcome = { kind: "timeout", error, retryInMs: 9 };
  const delay = (outcome: Outcome, backoff?: BackoffPolicy) =>
    verdictOf(job("a", { attempts: 2, maxAttempts: 3 }), outcome, { now: 7, losses: 0, random: () => 0, backoff })
      .delayMs;
  const usual = { jitter: 0, capMs: null };
  assertEquals(delay(failure(true), { ...usual, kind: "fixed" }), 1_000);
  assertEquals(delay(failure(true), { ...usual, kind: "list", delaysMs: [1, 77] }), 77);
  assertEquals(delay({ kind: "lost", error }, { ...usual, kind: "list", delaysMs: [1, 77] }), 77);
  assertEquals([delay(asked, { ...usual, kind: "function" }), delay(timeout)], [50_000, 9]);
  assertEquals(delay(asked, { jitter: 0, capMs: 3_000, kind: "function" }), 3_000);
});

Deno.test("verdictOf() fails at once what can't be retried", () => {
  assertEquals(steps(verdict({ attempts: 1, maxAttempts: 3 }, failure(false))), ["failed", "fail", undefined]);
});

Deno.test("verdictOf() follows the timeout policy", () => {
  const outcome: Outcome = { kind: "timeout", error };
  const policies = ["retry", "fail", "ignore"] as const;
  const next = policies.map((timeoutPolicy) => verdict({ timeoutPolicy, maxAttempts: 2 }, outcome).next);
  assertEquals(next, ["retry", "failed", "retry"]);
  assertEquals(verdict({ timeoutPolicy: "retry", maxAttempts: 1 }, outcome).next, "failed");
});

Deno.test("verdictOf() cancels, and snoozes at no cost", () => {
  assertEquals(steps(verdict({}, { kind: "cancelled", error })), ["cancelled", "cancel", undefined]);
  assertEquals(steps(verdict({}, { kind: "snoozed", delayMs: 50 })), ["snoozed", "snooze", 50]);
});

Deno.test("verdictOf() runs a lost job again, without regard to retries, until the third loss", () => {
  const outcome: Outcome = { kind: "lost", error };
  assertEquals(steps(verdict({ maxAttempts: 1 }, outcome, 1)), ["retry", "retry", 1_000]);
  assertEquals(verdict({ maxAttempts: 1 }, outcome, 2).next, "retry");
  const { next, settlement } = verdict({ maxAttempts: 9 }, outcome, 3);
  assertEquals([next, settlement.action === "fail" && settlement.error.code], ["failed", "NUVOM_JOB_POISON"]);
});

Deno.test("released() gives the attempt back", () => {
  assertEquals(steps(released(job("a"), { kind: "lost", error })), ["released", "release", undefined]);
});
