import { assert, assertEquals } from "@std/assert";
import { backoffDelay, type BackoffPolicy, retryDelay } from "./retry.ts";

const usual = { jitter: 0, capMs: null };

Deno.test("retryDelay() doubles, stays, or follows a list whose last pause counts on", () => {
  const delays = (policy: BackoffPolicy | undefined, baseMs = 1_000) =>
    [1, 2, 3, 4].map((attempt) => retryDelay(policy, { baseMs, attempt, random: () => 0 }));
  assertEquals(delays(undefined), [1_000, 2_000, 4_000, 8_000]);
  assertEquals(delays({ ...usual, kind: "exponential" }), [1_000, 2_000, 4_000, 8_000]);
  assertEquals(delays({ ...usual, kind: "function" }), [1_000, 2_000, 4_000, 8_000]);
  assertEquals(delays({ jitter: 0, capMs: 3_000, kind: "exponential" }), [1_000, 2_000, 3_000, 3_000]);
  assertEquals(delays({ ...usual, kind: "fixed" }), [1_000, 1_000, 1_000, 1_000]);
  assertEquals(delays({ ...usual, kind: "fixed" }, 90_000_000), Array(4).fill(90_000_000), "written out, so not cut");
  assertEquals(delays({ jitter: 0, capMs: 500, kind: "fixed" }), [500, 500, 500, 500]);
  assertEquals(delays({ ...usual, kind: "list", delaysMs: [5, 90_000_000] }), [5, 90_000_000, 90_000_000, 90_000_000]);
});

Deno.test("retryDelay() adds at most the jitter, and stays below the cap with it", () => {
  const policy: BackoffPolicy = { kind: "fixed", jitter: 0.5, capMs: null };
  const delay = (random: number) => retryDelay(policy, { baseMs: 1_000, attempt: 1, random: () => random });
  assertEquals([delay(0), delay(0.5), delay(1)], [1_000, 1_250, 1_500]);
  assertEquals(retryDelay({ ...policy, capMs: 900 }, { baseMs: 1_000, attempt: 1, random: () => 1 }), 900);
});

Deno.test("retryDelay() answers a pause within its limits for any numbers", () => {
  const attempts = [0, 1, 2, 30, 64, 65, 1_000, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Infinity];
  const bases = [0, 1, 999, 3_600_000, 100 * 365 * 86_400_000];
  const kinds: BackoffPolicy[] = [
    { kind: "exponential", jitter: 0.2, capMs: null },
    { kind: "exponential", jitter: 1, capMs: 0 },
    { kind: "fixed", jitter: 1, capMs: 7 },
    { kind: "function", jitter: 0.3, capMs: 86_400_000 },
    { kind: "list", jitter: 0.1, capMs: null, delaysMs: [0, 5, 3_600_000] },
  ];
  for (const attempt of attempts) {
    for (const baseMs of bases) {
      for (const policy of [undefined, ...kinds]) {
        for (const random of [0, 0.5, 1]) {
          const delay = retryDelay(policy, { baseMs, attempt, random: () => random });
          const highest = policy?.capMs ?? Math.max(3_600_000 * 1.2, baseMs * 1.2);
          assert(
            Number.isSafeInteger(delay) && delay >= 0 && delay <= highest,
            JSON.stringify([policy, attempt, baseMs, delay]),
          );
        }
      }
    }
  }
  for (let attempt = 1; attempt < 200; attempt++) {
    const random = () => 0.5;
    assert(backoffDelay({ baseMs: 3, attempt, random }) <= backoffDelay({ baseMs: 3, attempt: attempt + 1, random }));
  }
});
