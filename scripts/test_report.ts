/** Reads what `deno test` prints: how many tests passed, and which were left out. @module */

/** What one run printed. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  /** Names of the tests and steps that were left out, with their files where they are printed. */
  readonly ignored: readonly string[];
}

/** The last lines of a run, and how much of it failed. */
export interface Summary {
  readonly lines: readonly string[];
  readonly failed: number;
}

/** A test that is left out says why at the end of its name. */
const REASON = /\(left out: .+\)$/;

/** Reads the output to its end and hands on each line as it comes. */
export async function readReport(
  output: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<TestReport> {
  const ignored: string[] = [];
  let passed = 0;
  let failed = 0;
  for await (const line of linesOf(output)) {
    onLine(line);
    const name = /^(?:\S+ => )?(.+) \.\.\. ignored \(\d+m?s\)$/.exec(line)?.[1];
    if (name !== undefined) ignored.push(name.trim());
    const counts = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed\b/.exec(line);
    if (counts !== null) [passed, failed] = [passed + Number(counts[1]), failed + Number(counts[2])];
  }
  return { passed, failed, ignored };
}

async function* linesOf(output: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of output.pipeThrough(new TextDecoderStream())) {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** A run that ended badly without a failed test (it did not type-check, say) counts as one that failed. */
export function summary({ passed, failed, ignored }: TestReport, success: boolean): Summary {
  const unexplained = ignored.filter((name) => !REASON.test(name));
  const all = Math.max(failed, success ? 0 : 1) + unexplained.length;
  return {
    lines: [
      ignored.length === 0 ? "No test was left out." : "Left out:",
      ...ignored.map((name) => `  ${name}`),
      ...unexplained.map((name) => `"${name}" is left out without a reason: end its name with "(left out: REASON)".`),
      `${passed} passed, ${all} failed, ${ignored.length} skipped`,
    ],
    failed: all,
  };
}
