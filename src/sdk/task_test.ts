import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { type EnqueueOrder, NuvomError } from "../core/mod.ts";
import { isTask, taskHandler, taskInfo } from "./internal.ts";
import { JobHandle } from "./job_handle.ts";
import { task } from "./mod.ts";
import { withAmbient } from "./testdata/with_ambient.ts";

const add = task({ name: "add", retries: 3, timeout: "2s", queue: "sums" }, (a: number, b: number) => a + b);
// deno-lint-ignore no-explicit-any -- for what types would refuse
const anything = task({ name: "anything" }, (..._args: any[]) => {});

Deno.test("task() makes a function that runs the handler", async () => {
  assertEquals(await add(5, 7), 12);
  assertEquals(add.taskName, "add");
});

Deno.test("task() keeps the checked options and the handler for discovery", () => {
  assertEquals(taskInfo(add as never), {
    name: "add",
    retries: 3,
    retryDelayMs: null,
    timeoutMs: 2_000,
    timeoutPolicy: null,
    queue: "sums",
    priority: 0,
    storeResult: true,
  });
  assertEquals(taskHandler(add as never)(1, 2), 3);
});

Deno.test("isTask() is false for everything else", () => {
  assert(isTask(add));
  for (const other of [undefined, null, {}, () => {}, class {}, { taskName: "add" }]) assert(!isTask(other));
});

Deno.test("task() refuses bad options with a code", () => {
  for (const options of [{ name: "" }, { name: "a b" }, { name: "x", retries: -1 }, { name: "x", timeout: "soon" }]) {
    assertThrows(() => task(options, () => {}), NuvomError);
  }
  const error = assertThrows(() => task({ name: "x" }, undefined as never), NuvomError);
  assertEquals(error.code, "NUVOM_TASK_OPTIONS");
});

Deno.test("task.with() refuses a misspelt option", () => {
  const error = assertThrows(() => add.with({ dealy: "1s" } as never), NuvomError);
  assertEquals(error.code, "NUVOM_TASK_OPTIONS");
  assertStringIncludes(
    error.message,
    'There is no option "dealy" ("1s") of with() of the task "add". Did you mean "delay"?',
  );
});

Deno.test("task.delay() hands over options and arguments as JSON", async () => {
  const orders: EnqueueOrder[] = [];
  await withAmbient({ orders }, async () => {
    const job = await add.delay(5, 7);
    assert(job instanceof JobHandle);
    assertEquals(job.id, "job-1");
  });
  assertEquals(orders, [{ task: taskInfo(add as never), args: "[5,7]", overrides: {} }]);
});

Deno.test("task.map() enqueues all lists in one call, in order", async () => {
  const orders: EnqueueOrder[] = [];
  const calls = { count: 0 };
  await withAmbient({ orders, calls }, async () => {
    assertEquals((await add.map([[1, 2], [3, 4]])).map(({ id }) => id), ["job-1", "job-2"]);
  });
  assertEquals(orders.map(({ args }) => args), ["[1,2]", "[3,4]"]);
  assertEquals(calls.count, 1);
});

Deno.test("task.with() overrides only what it names, durations as milliseconds", async () => {
  const orders: EnqueueOrder[] = [];
  await withAmbient({ orders }, async () => {
    await add.with({ queue: "fast", priority: 9, delay: "10s", unique: "k", uniqueFor: "1m", id: "own" }).delay(1, 2);
    await add.delay(1, 2);
  });
  assertEquals(orders.map(({ overrides }) => overrides), [
    { id: "own", queue: "fast", priority: 9, delayMs: 10_000, uniqueKey: "k", uniqueForMs: 60_000 },
    {},
  ]);
});

Deno.test("task.delay() refuses what JSON can't say and names the place", async () => {
  const circle: Record<string, unknown> = {};
  circle.self = { circle };
  const cases: [unknown[], string][] = [
    [[1n], "Argument 1"],
    [[1, () => {}], "Argument 2"],
    [[undefined], "Argument 1"],
    [[{ list: [1, undefined] }], "Argument 1.list[1]"],
    [[[1, , 3]], "Argument 1[1]"], // deno-lint-ignore-line no-sparse-arrays
    [[NaN], "NaN"],
    [[Infinity], "Infinity"],
    [[Symbol("s")], "symbol"],
    [[circle], "circular"],
    [[new Date(0)], "a Date"],
    [[new Map()], "a Map"],
    [[{ toJSON: () => 1 }], "Argument 1.toJSON"],
  ];
  await withAmbient({}, async () => {
    for (const [args, text] of cases) {
      const error = await assertRejects(() => anything.delay(...args), NuvomError);
      assertEquals(error.code, "NUVOM_ARGS_NOT_JSON");
      assertStringIncludes(error.message, text);
    }
  });
});

Deno.test("task.delay() refuses what is nested too deep to be read again", async () => {
  let deep: unknown = 1;
  for (let i = 0; i < 200_000; i++) deep = [deep];
  await withAmbient({}, async () => {
    const error = await assertRejects(() => anything.delay(deep), NuvomError);
    assertEquals(error.code, "NUVOM_ARGS_NOT_JSON");
    assert(error.message.length < 2_000);
  });
});

Deno.test("task.delay() takes the same object twice, null prototypes and absent properties", async () => {
  const orders: EnqueueOrder[] = [];
  const shared = { a: 1, gone: undefined };
  await withAmbient(
    { orders },
    () => anything.delay(shared, [shared], Object.assign(Object.create(null), { b: null })),
  );
  assertEquals(orders[0]?.args, '[{"a":1},[{"a":1}],{"b":null}]');
});

Deno.test("task.delay() refuses arguments that are too large", async () => {
  await withAmbient({}, async () => {
    const error = await assertRejects(() => anything.delay("x".repeat(4 * 1024 * 1024)), NuvomError);
    assertEquals(error.code, "NUVOM_PAYLOAD_TOO_LARGE");
  });
});

Deno.test("task.delay() outside of nuvom says what to do", async () => {
  const error = await assertRejects(() => add.delay(1, 2), NuvomError);
  assertEquals(error.code, "NUVOM_NO_CLIENT");
});
