import { assertEquals } from "@std/assert";
import { readReport, summary } from "./test_report.ts";

function stream(...chunks: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks).pipeThrough(new TextEncoderStream());
}

Deno.test("readReport() counts tests and names those that were left out", async () => {
  const seen: string[] = [];
  const report = await readReport(
    stream(
      "./a_test.ts => good ... ok (1ms)\n./a_test.ts => Ctrl-C (left out: no `script`) ... ign",
      "ored (0ms)\nb ... ignored (0ms)\nsteps ... FAILED (due to 1 failed step) (4ms)\n\n",
      "FAILED | 271 passed (114 steps) | 4 failed (1 step) | 2 ignored (1 step) (67ms)\nerror: Test failed",
    ),
    (line) => seen.push(line),
  );
  assertEquals(report, { passed: 271, failed: 4, ignored: ["Ctrl-C (left out: no `script`)", "b"] });
  assertEquals(seen.at(-1), "error: Test failed");
});

Deno.test("readReport() finds no tests where none ran", async () => {
  assertEquals(await readReport(stream("error: Type checking failed.\n"), () => {}), {
    passed: 0,
    failed: 0,
    ignored: [],
  });
});

Deno.test("summary() ends with the counts", () => {
  const { lines, failed } = summary({ passed: 3, failed: 0, ignored: ["a (left out: no python3)"] }, true);
  assertEquals(lines, ["Left out:", "  a (left out: no python3)", "3 passed, 0 failed, 1 skipped"]);
  assertEquals(failed, 0);
  assertEquals(summary({ passed: 3, failed: 0, ignored: [] }, true).lines, [
    "No test was left out.",
    "3 passed, 0 failed, 0 skipped",
  ]);
});

Deno.test("summary() counts a run that ended badly, and a test that is left out without a reason, as failed", () => {
  assertEquals(summary({ passed: 0, failed: 0, ignored: [] }, false).failed, 1);
  assertEquals(summary({ passed: 1, failed: 2, ignored: [] }, false).failed, 2);
  assertEquals(summary({ passed: 1, failed: 0, ignored: ["a"] }, true).failed, 1);
});
