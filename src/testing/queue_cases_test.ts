import { assertEquals } from "@std/assert";
import { QUEUE_CASES } from "./queue_cases.ts";
import { runCase } from "./run_cases.ts";
import { CANCEL_MUTANTS } from "./testdata/cancel_mutants.ts";
import { CRASH_MUTANTS } from "./testdata/crash_mutants.ts";
import { ENQUEUE_MUTANTS } from "./testdata/enqueue_mutants.ts";
import { LEASE_MUTANTS } from "./testdata/lease_mutants.ts";
import { type Mutant, type Mutants, mutantSubject } from "./testdata/mutant.ts";
import { OPERATIONS_MUTANTS } from "./testdata/operations_mutants.ts";
import { PAUSE_MUTANTS } from "./testdata/pause_mutants.ts";
import { PRUNE_MUTANTS } from "./testdata/prune_mutants.ts";
import { REDRIVE_MUTANTS } from "./testdata/redrive_mutants.ts";
import { REPORT_MUTANTS } from "./testdata/report_mutants.ts";
import { RETRY_MUTANTS } from "./testdata/retry_mutants.ts";
import { SETTLE_MUTANTS } from "./testdata/settle_mutants.ts";
import { DURABLE_MUTANTS, SHUTDOWN_MUTANTS } from "./testdata/shutdown_mutants.ts";
import { WEIGHTS_MUTANTS } from "./testdata/weights_mutants.ts";

const MUTANTS: Mutants = {
  ...ENQUEUE_MUTANTS,
  ...LEASE_MUTANTS,
  ...WEIGHTS_MUTANTS,
  ...SETTLE_MUTANTS,
  ...RETRY_MUTANTS,
  ...REDRIVE_MUTANTS,
  ...CRASH_MUTANTS,
  ...CANCEL_MUTANTS,
  ...PAUSE_MUTANTS,
  ...REPORT_MUTANTS,
  ...OPERATIONS_MUTANTS,
  ...PRUNE_MUTANTS,
  ...DURABLE_MUTANTS,
  ...SHUTDOWN_MUTANTS,
};

/** Which of the cases that must fail a queue do not. */
async function survived(mutant: Mutant, killedBy: readonly string[]): Promise<string[]> {
  const survivors: string[] = [];
  for (const name of killedBy) {
    const found = QUEUE_CASES.find((one) => one.name === name);
    const report = found && await runCase(found, mutantSubject(mutant), { timeLimitMs: 3_000 });
    if (report?.outcome !== "failed") survivors.push(`${name}: ${report?.outcome ?? "no such case"}`);
  }
  return survivors;
}

Deno.test("QUEUE_CASES passes a queue that breaks no promise, and claims all of them", async () => {
  for (const one of QUEUE_CASES) {
    const { outcome } = await runCase(one, mutantSubject(() => {}));
    assertEquals(outcome, "passed", one.name);
  }
});

Deno.test("QUEUE_CASES finds every broken promise", async () => {
  const survivors = await Promise.all(
    Object.entries(MUTANTS).map(async ([name, [mutant, ...killedBy]]) => {
      return [name, await survived(mutant, killedBy)] as const;
    }),
  );
  assertEquals(survivors.filter(([, cases]) => cases.length > 0), []);
});

Deno.test("QUEUE_CASES has no case that can't fail", () => {
  const useful = new Set(Object.values(MUTANTS).flatMap(([_mutant, ...killedBy]) => killedBy));
  assertEquals(QUEUE_CASES.map(({ name }) => name).filter((name) => !useful.has(name)), []);
});

Deno.test("QUEUE_CASES has no two cases of one name", () => {
  assertEquals(new Set(QUEUE_CASES.map(({ name }) => name)).size, QUEUE_CASES.length);
});
