import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type AttemptEnd, EventBus, type EventTable, type LogLevel, NuvomError, toErrorData } from "../core/mod.ts";
import { leasedJob as job } from "../testing/leased_job.ts";
import { logEventsOf, openLog } from "./mod.ts";

/** What the log writes of one event. */
function written<N extends keyof EventTable>(
  name: N,
  event: EventTable[N],
  { level = "info", format = "text" }: { level?: LogLevel; format?: "text" | "json" } = {},
): string {
  const bus = new EventBus();
  const lines: string[] = [];
  const log = openLog({ format, write: (line) => lines.push(line) });
  const stop = logEventsOf(bus, { "": level });
  bus.emit(name, event);
  stop();
  bus.emit(name, event);
  log.close();
  bus.emit(name, event);
  return lines.join("");
}

function end(next: AttemptEnd["next"], outcome: AttemptEnd["outcome"], delayMs?: number): AttemptEnd {
  const attempt = job("j1", { task: "add", attempts: 1, maxAttempts: 3 });
  return { job: attempt, outcome, next, durationMs: 12.4, ...(delayMs === undefined ? {} : { delayMs }) };
}

const FAILURE = { kind: "failure", error: { name: "Error", message: "no luck" }, retryable: true } as const;

Deno.test("openLog() writes a line for people", () => {
  const line = written("worker.started", { workerId: "w1", executors: 1, concurrency: 10 });
  assertMatch(
    line,
    /^\d\d:\d\d:\d\d\.\d+ INFO {2}worker {2}ready: 1 executor, 10 attempts at a time in each {2}worker=w1\n$/,
  );
});

Deno.test("openLog() writes JSON lines for programs", () => {
  const line = written("worker.started", { workerId: "w1", executors: 2, concurrency: 1 }, { format: "json" });
  const { level, message, logger, fields } = JSON.parse(line);
  assertEquals([level, message, logger, fields], [
    "INFO",
    "ready: 2 executors, 1 attempt at a time in each",
    "nuvom.worker",
    { worker: "w1" },
  ]);
});

Deno.test("openLog() takes a message of foreign code as it is", () => {
  const event = { level: "info", category: "plugin.x", message: "{worker} 50% {}", fields: { worker: "w" } } as const;
  assertStringIncludes(written("log", event), "plugin.x  {worker} 50% {}  worker=w\n");
});

Deno.test("openLog() keeps control characters out of fields", () => {
  const event = { level: "info", category: "x", message: "m", fields: { a: "\x1b[31m\x9b", b: "two words" } } as const;
  assertStringIncludes(written("log", event), String.raw`a="\u001b[31m\u009b"  b="two words"`);
});

Deno.test("logEventsOf() leaves out what is below its level", () => {
  const event = { level: "info", category: "x", message: "m" } as const;
  assertEquals(written("log", event, { level: "warn" }), "");
  assertStringIncludes(written("log", { ...event, level: "error" }, { level: "warn" }), "ERROR x  m");
  assertEquals(written("attempts.ended", { ends: [end("done", { kind: "success", result: null })] }), "");
});

Deno.test("openLog() says how an attempt ended and what follows", () => {
  const { error } = FAILURE;
  const cases: [AttemptEnd, string][] = [
    [end("retry", FAILURE, 5_000), "WARN  job  add failure, attempt 1 of 3, again in 5s: no luck  id=j1"],
    [end("failed", FAILURE), "ERROR job  add failed for good: no luck"],
    [end("cancelled", { kind: "cancelled", error }), "INFO  job  add cancelled"],
    [end("stale", { kind: "success", result: null }), "DEBUG"],
    [end("snoozed", { kind: "snoozed", delayMs: 2_000 }, 2_000), "DEBUG job  add snoozed for 2s"],
    [end("released", { kind: "lost", error }), "DEBUG job  add given back: no luck"],
    [end("done", { kind: "success", result: null }), "DEBUG job  add done  id=j1  attempt=1  ms=12"],
    [end("done", { kind: "timeout", error }), "WARN  job  add timeout, and goes on: no luck"],
  ];
  for (const [attempt, line] of cases) {
    const text = written("attempts.ended", { ends: [attempt] }, { level: "debug" });
    if (attempt.next === "stale") assertStringIncludes(text, "WARN  job  add ended after its lease was lost");
    else assertStringIncludes(text, line);
  }
});

Deno.test("openLog() names the plugin, its state and the code of its error", () => {
  const error = toErrorData(new NuvomError("NUVOM_PLUGIN_START", { what: "It did not start." }));
  assertStringIncludes(
    written("plugin.state", { plugin: "p", state: "failed", error }),
    "ERROR plugin.p  failed: It did not start.  code=NUVOM_PLUGIN_START",
  );
  assertStringIncludes(
    written("plugin.state", { plugin: "p", state: "running", pid: 42 }),
    "INFO  plugin.p  running  pid=42",
  );
  assertStringIncludes(
    written("plugin.state", { plugin: "p", state: "backoff", retryInMs: 400 }),
    "WARN  plugin.p  starts again in 400ms",
  );
  assertStringIncludes(
    written("plugin.output", { plugin: "p", stream: "stderr", text: "hello" }),
    "INFO  plugin.p  hello  stream=stderr",
  );
});

Deno.test("openLog() tells of leases, the queue and executors", () => {
  const lost = written("leases.lost", { ids: ["a", "b"] });
  assertStringIncludes(lost, "WARN  worker  lost the leases of 2 jobs");
  const failing = written("queue.failing", { error: { name: "E", message: "locked", code: "X" }, retryInMs: 250 });
  assertStringIncludes(failing, "the queue fails, trying again in 250ms: locked  code=X");
  const ended = {
    executor: "executor-1",
    reason: "memory",
    detail: "over 64 MiB",
    jobs: [job("j")],
    unstarted: [],
  } as const;
  assertStringIncludes(written("executor.ended", ended), 'WARN  executor-1  ended (memory): over 64 MiB  jobs=["j"]');
  const stopped = { ...ended, reason: "stopped", jobs: [], unstarted: [] } as const;
  assertEquals(written("executor.ended", stopped), "");
});

Deno.test("openLog() indents further lines, so that a message can't forge a line of the log", () => {
  const event = { level: "info", category: "plugin.x", message: "a\n12:00 INFO  worker  forged\x1b[2J" } as const;
  assertStringIncludes(
    written("log", event),
    String.raw`plugin.x  a` + "\n    12:00 INFO  worker  forged" + String.raw`\x1b[2J`,
  );
});

Deno.test("logEventsOf() has a level for each category, and takes others at any time", () => {
  const bus = new EventBus();
  const lines: string[] = [];
  using stack = new DisposableStack();
  const levels = { "": "info", "plugin": "error", "plugin.mail": "debug" } as const;
  const log = openLog({ format: "text", write: (line) => lines.push(line.slice(13).trim()) });
  stack.defer(() => log.close());
  stack.defer(logEventsOf(bus, levels));
  const said = () => {
    lines.length = 0;
    for (const category of ["job", "plugin.x", "plugin.mail", "plugin.mail.smtp"]) {
      bus.emit("log", { level: "debug", category, message: "low" });
      bus.emit("log", { level: "warn", category, message: "high" });
    }
    bus.emit("attempts.ended", { ends: [end("done", { kind: "success", result: null })] });
    return lines;
  };
  const mail = ["plugin.mail", "plugin.mail.smtp"].flatMap((name) => [`DEBUG ${name}  low`, `WARN  ${name}  high`]);
  assertEquals(said(), ["WARN  job  high", ...mail]);
  assertEquals(bus.has("attempts.started"), false);

  bus.emit("log.levels", { levels: { job: "debug", "plugin.mail": "error" } });
  assertEquals(said(), ["DEBUG job  low", "WARN  job  high", "DEBUG job  add done  id=j1  attempt=1  ms=12"]);
  assertEquals(bus.has("attempts.started"), true);

  bus.emit("log.levels", { levels: { job: "error" } });
  assertEquals(said(), []);
  assertEquals(bus.has("attempts.started"), false);
});

Deno.test("logEventsOf() tells of realms, loads and forgotten jobs where debug is asked for", () => {
  const opened = { realm: 'plugin "x"', isolation: "process", pid: 7, startMs: 40 } as const;
  const at = { level: "debug" } as const;
  assertStringIncludes(written("realm.opened", opened, at), 'DEBUG realm  plugin "x" is ready after 40ms');
  const ended = { realm: "executor-0", reason: "killed", detail: "it was killed" } as const;
  assertStringIncludes(written("realm.ended", ended, at), "DEBUG realm  executor-0 ended (killed): it was killed");
  const loaded = { what: "tasks", modules: 3, remote: 1, loadMs: 12 };
  assertStringIncludes(written("loader.loaded", loaded, at), "DEBUG loader  tasks: 3 modules in 12ms  remote=1");
  assertStringIncludes(written("jobs.forgotten", { count: 2 }, at), "DEBUG worker  forgot 2 finished jobs");
  assertEquals(written("realm.opened", opened), "");
});
