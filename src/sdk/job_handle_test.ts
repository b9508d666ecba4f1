import { assertEquals, assertRejects } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import { JobHandle } from "./job_handle.ts";
import { withAmbient } from "./testdata/with_ambient.ts";

Deno.test("JobHandle.result() answers what the handler returned", async () => {
  await withAmbient({ wait: () => ({ state: "SUCCESS", result: '{"a":[1]}', error: null }) }, async () => {
    assertEquals(await new JobHandle("1").result(), { a: [1] });
  });
});

Deno.test("JobHandle.result() answers undefined where no result is kept", async () => {
  await withAmbient({ wait: () => ({ state: "SUCCESS", result: null, error: null }) }, async () => {
    assertEquals(await new JobHandle("1").result(), undefined);
  });
});

Deno.test("JobHandle.result() rejects with the job's own error", async () => {
  const error = { name: "RangeError", message: "too far", stack: "RangeError: too far\n    at tasks/a.ts:1:1" };
  await withAmbient({ wait: () => ({ state: "FAILED", result: null, error }) }, async () => {
    const thrown = await assertRejects(() => new JobHandle("1").result(), Error, "too far");
    assertEquals([thrown.name, thrown.stack], ["RangeError", error.stack]);
  });
});

Deno.test("JobHandle.result() rejects for a cancelled job without an error", async () => {
  await withAmbient({ wait: () => ({ state: "CANCELLED", result: null, error: null }) }, async () => {
    await assertRejects(() => new JobHandle("1").result(), NuvomError);
  });
});

Deno.test("JobHandle.result() gives up after its timeout and never asks for longer", async () => {
  const asked: number[] = [];
  const wait = (_id: string, timeoutMs: number) => (asked.push(timeoutMs), null);
  await withAmbient({ wait }, async () => {
    const error = await assertRejects(() => new JobHandle("1").result({ timeout: "50ms" }), NuvomError);
    assertEquals(error.code, "NUVOM_RESULT_TIMEOUT");
  });
  assertEquals(asked.length, 1);
  assertEquals(asked[0]! <= 50, true);
});
