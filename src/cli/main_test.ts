import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NuvomError, systemClock } from "../core/mod.ts";
import { type Command, command, type CommandContext } from "./command.ts";
import { OutputClosed } from "./io.ts";
import { main } from "./main.ts";
import { TestIo, type TestIoOptions } from "./testing.ts";

const RECORD = {
  path: "try",
  group: "Jobs",
  summary: "Try",
  description: [],
  positionals: [],
  options: {},
  examples: [],
} as const;

async function ended(run: (context: CommandContext) => number, options: TestIoOptions) {
  const commands: Command[] = [command(RECORD, () => Promise.resolve({ run: (given) => Promise.resolve(run(given)) }))];
  const io = new TestIo({ ...options, args: ["try", ...options.args ?? []] });
  const code = await main(io, commands);
  return { code, out: io.out.text, err: io.err.text };
}

function failing(error: unknown): () => never {
  return () => {
    throw error;
  };
}

const UNKNOWN = new NuvomError("NUVOM_JOB_UNKNOWN", {
  what: "There is no job 42.",
  mend: "Look\x1b[2J again.",
  exitCode: 4,
  cause: new Error("the cause"),
});

Deno.test("main() answers what the command answers", async () => {
  const { code, out } = await ended(({ io }) => (io.out.write("data"), 7), {});
  assertEquals([code, out], [7, "data"]);
});

Deno.test("main() tells an error in one paragraph with its code, without a stack", async () => {
  const { code, out, err } = await ended(failing(UNKNOWN), {});
  assertEquals([code, out, err], [4, "", "There is no job 42. Look\\u001b[2J again. (NUVOM_JOB_UNKNOWN)\n"]);
});

Deno.test("main() tells an error as one line of JSON with --json", async () => {
  const { code, out, err } = await ended(failing(UNKNOWN), { args: ["--json"] });
  assertEquals([code, out, JSON.parse(err)], [4, "", { error: { code: UNKNOWN.code, message: UNKNOWN.message } }]);
  const wrongLine = await ended(() => 0, { args: ["--json", "--nonsense"] });
  assertEquals([wrongLine.code, JSON.parse(wrongLine.err).error.code], [2, "NUVOM_CLI_OPTION"]);
});

Deno.test("main() shows stack and cause at the level debug", async () => {
  const debugging: TestIoOptions[] = [
    { args: ["--log-level", "debug"] },
    { args: ["--log-level=DEBUG"] },
    { env: { NUVOM_LOG_LEVEL: "debug" } },
  ];
  for (const options of debugging) {
    const { err } = await ended(failing(UNKNOWN), options);
    assertStringIncludes(err, "main_test.ts");
    assertStringIncludes(err, "Caused by: Error: the cause");
  }
  const { err } = await ended(failing(UNKNOWN), { args: ["--log-level", "debug", "--json"] });
  assertStringIncludes(JSON.parse(err).error.stack, "main_test.ts");
});

Deno.test("main() asks for a report of an error that is not nuvom's", async () => {
  const { code, err } = await ended(failing(new TypeError("x is not a function")), {});
  assertEquals(code, 1);
  assertStringIncludes(err, "x is not a function. Please report it");
  assertStringIncludes(err, "(NUVOM_INTERNAL)");
  assert(!err.includes("main_test.ts"));
});

Deno.test("main() tells what the operating system refused, which is no bug", async () => {
  const refused = Object.assign(new Error("Permission denied (os error 13): open '/x'"), { code: "EACCES" });
  const { code, err } = await ended(failing(refused), {});
  assertEquals(code, 1);
  assertMatch(err, /^The operating system refused something: Permission denied .* \(NUVOM_SYSTEM\)\n$/);
});

Deno.test("main() does not wait for a reader that stalls when the command was ended at once", async () => {
  const io = new TestIo({
    args: ["try"],
    clock: { ...systemClock, timer: (_ms, fn) => (queueMicrotask(fn), () => {}) },
  });
  io.out.flush = () => new Promise(() => {});
  assertEquals(await main(io, [command(RECORD, () => Promise.resolve({ run: () => Promise.resolve(130) }))]), 130);
});

Deno.test("main() ends quietly when nobody reads its output", async () => {
  const { code, err } = await ended(failing(new OutputClosed()), {});
  assertEquals([code, err], [0, ""]);
});
