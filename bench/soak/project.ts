/** The project of the soak: tasks that behave and tasks that do not, each writing down its runs. @module */

/** Jobs of a task, of a hundred, and how they must end. */
export interface SoakTask {
  readonly share: number;
  readonly ends: readonly ("SUCCESS" | "FAILED")[];
}

/** By name. */
export const SOAK_TASKS: Readonly<Record<string, SoakTask>> = {
  quick: { share: 60, ends: ["SUCCESS"] },
  slow: { share: 18, ends: ["SUCCESS"] },
  flaky: { share: 10, ends: ["SUCCESS"] },
  failing: { share: 6, ends: ["FAILED"] },
  blocking: { share: 3, ends: ["SUCCESS"] },
  loop: { share: 2, ends: ["FAILED"] },
  hog: { share: 1, ends: ["FAILED"] },
};

/** By path. */
export const SOAK_FILES: Readonly<Record<string, string>> = {
  ".nuvom_plugins.toml": `[tasks]
modules = ["./tasks.ts"]
permissions = { write = ["./runs"] }
`,
  "tasks.ts": `import { jobContext, task } from "nuvom";
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const file = "./runs/" + crypto.randomUUID();
/** Before anything else of a run: a run that is not written down did not begin. */
function began(): void {
  Deno.writeTextFileSync(file, jobContext().id + "\\n", { append: true, create: true });
}
export const quick = task({ name: "quick" }, (n: number) => {
  began();
  return n;
});
export const slow = task({ name: "slow" }, async (n: number) => {
  began();
  await sleep(200 + n % 7 * 200);
  return n;
});
export const flaky = task({ name: "flaky", retries: 20, retryDelay: 50, maxRetryDelay: "1s" }, (n: number) => {
  began();
  if (jobContext().attempt <= 1 + n % 3) throw new Error("not yet");
  return n;
});
export const failing = task({ name: "failing", retries: 1, retryDelay: 50 }, () => {
  began();
  throw new Error("never");
});
export const blocking = task({ name: "blocking" }, (n: number) => {
  began();
  const end = performance.now() + 500;
  while (performance.now() < end);
  return n;
});
export const loop = task({ name: "loop", timeout: "1s", timeoutPolicy: "fail" }, () => {
  began();
  while (true);
});
export const hog = task({ name: "hog", retryDelay: 50 }, async () => {
  began();
  const held = [];
  while (true) {
    held.push(new Uint8Array(16 * 1024 * 1024).fill(1));
    await sleep(5);
  }
});
`,
};

/** For its workers: leases that run out soon, so that what is killed comes back soon. */
export const SOAK_ENV: Readonly<Record<string, string>> = {
  NUVOM_LEASE_SECS: "2",
  NUVOM_TIMEOUT_GRACE_SECS: "0.5",
  NUVOM_EXECUTOR_MEMORY_MB: "256",
  NUVOM_LOG_LEVEL: "error",
};
