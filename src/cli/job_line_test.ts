import { assertEquals, assertThrows } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { DiscoveredTask } from "../sandbox/mod.ts";
import { orderOfLine } from "./job_line.ts";

const TASKS = [{ name: "add" }, { name: "report" }] as unknown as DiscoveredTask[];

function refusal(line: unknown): [string, number, string] {
  const text = typeof line === "string" ? line : JSON.stringify(line);
  const { code, exitCode, message } = assertThrows(() => orderOfLine(text, TASKS), NuvomError);
  return [code, exitCode, message];
}

Deno.test("orderOfLine() reads a whole line, and one with only a task", () => {
  const line = { task: "add", args: [5, 7], queue: "q", priority: 5, delay: "10s", unique: "k", id: "i" };
  const { task, args, overrides } = orderOfLine(JSON.stringify(line), TASKS);
  assertEquals([task.name, args], ["add", "[5,7]"]);
  assertEquals(overrides, { id: "i", queue: "q", priority: 5, delayMs: 10_000, uniqueKey: "k" });
  assertEquals(orderOfLine('{"task":"report"}', TASKS).args, "[]");
  assertEquals(orderOfLine('{"task":"add","delay":250}', TASKS).overrides?.delayMs, 250);
});

Deno.test("orderOfLine() refuses an unknown task and an unknown key with the nearest name", () => {
  const mend = 'Did you mean "add"? See `nuvom list tasks`.';
  assertEquals(refusal({ task: "ad" }), ["NUVOM_TASK_UNKNOWN", 4, `There is no task "ad". ${mend}`]);
  assertEquals(refusal({ task: "add", arg: [] }), [
    "NUVOM_ENQUEUE_LINE",
    2,
    'The line can\'t be enqueued: it has the key "arg". Did you mean "args"?',
  ]);
});

Deno.test("orderOfLine() refuses what is no job, and says where", () => {
  const reasons: [unknown, string][] = [
    ['{"task" "add"}', 'it is not JSON: unexpected "\\"" at column 9'],
    ["[1]", "it is no JSON object"],
    ["null", "it is no JSON object"],
    [{}, 'it has no "task"'],
    [{ task: 5 }, 'its "task" is 5'],
    [{ task: "add", args: {} }, 'its "args" is {}'],
    [{ task: "add", args: null }, 'its "args" is null'],
    [{ task: "add", priority: "high" }, 'its "priority" is "high"'],
    [{ task: "add", delay: true }, 'its "delay" is true'],
    [{ task: "add", queue: "" }, 'its "queue" is ""'],
    [{ task: "add", id: 1 }, 'its "id" is 1'],
  ];
  for (const [line, reason] of reasons) {
    const [code, exitCode, message] = refusal(line);
    assertEquals([code, exitCode], ["NUVOM_ENQUEUE_LINE", 2]);
    assertEquals(message.split(". ")[0]!.replace(/\.$/, ""), `The line can't be enqueued: ${reason}`);
  }
});
