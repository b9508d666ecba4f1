import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../main.ts";
import { COMMANDS } from "../table.ts";
import { PROJECT, TestIo, TestProject } from "../testing.ts";

interface Shown {
  readonly task: string;
  readonly state: string;
  readonly queue: string;
  readonly args: unknown;
}

Deno.test("enqueue prints the id of the job", async () => {
  await using project = await TestProject.with(PROJECT);
  const { code, out, err } = await project.nuvom(["enqueue", "add", "[5, 7]"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^[0-9A-Z]{26}\n$/);
  const { task, state, queue, args } = await project.json<Shown>(["status", out.trim()]);
  assertEquals([task, state, queue, args], ["add", "PENDING", "default", [5, 7]]);
});

Deno.test("enqueue takes queue, priority, delay and unique key", async () => {
  await using project = await TestProject.with(PROJECT);
  const options = ["--queue", "q", "--priority", "-5", "--delay", "1h", "--unique", "key"];
  const { id } = await project.json<{ id: string }>(["enqueue", "slow", "[1]", ...options]);
  const job = await project.json<Record<string, unknown>>(["inspect", "job", id]);
  assertEquals([job.state, job.queue, job.priority, job.delayMs, job.uniqueKey], [
    "SCHEDULED",
    "q",
    -5,
    3_600_000,
    "key",
  ]);
  const again = await project.nuvom(["enqueue", "slow", "--unique", "key"]);
  assertEquals([again.code, again.out], [0, `${id}\n`]);
  assertStringIncludes(again.err, 'Nothing was added: an unfinished job has the key "key".');
  assertEquals(await project.json(["enqueue", "slow", "--unique", "key"]), { id, duplicate: true });
});

Deno.test("enqueue refuses an unknown task with the nearest name", async () => {
  await using project = await TestProject.with(PROJECT);
  const { code, out, err } = await project.nuvom(["enqueue", "ad"]);
  assertEquals([code, out], [4, ""]);
  assertEquals(err, 'There is no task "ad". Did you mean "add"? See `nuvom list tasks`. (NUVOM_TASK_UNKNOWN)\n');
});

Deno.test("enqueue refuses arguments that are no JSON array, and says where", async () => {
  await using project = await TestProject.with(PROJECT);
  const cases: [string, string][] = [
    ["[5, x]", 'The arguments are not JSON: unexpected "x" at line 1, column 5.'],
    ['{"a": 1}', `For one argument write '[{"a":1}]'.`],
    ["5", "For one argument write '[5]'."],
  ];
  for (const [args, message] of cases) {
    const { code, err } = await project.nuvom(["enqueue", "add", args]);
    assertEquals(code, 2);
    assertStringIncludes(err, message);
  }
  const { code, err } = await project.nuvom(["enqueue"]);
  assertEquals(code, 2);
  assertStringIncludes(err, "needs TASK: the name of a task; or read jobs with --from FILE.");
});

Deno.test("enqueue keeps numbers that JavaScript can't hold as they were written", async () => {
  await using project = await TestProject.with(PROJECT);
  const { out } = await project.nuvom(["enqueue", "add", "[12345678901234567890]"]);
  const { out: text } = await project.nuvom(["inspect", "job", out.trim()]);
  assertStringIncludes(text, "[12345678901234567890]");
});

Deno.test("enqueue --from enqueues a job for each line of a file or of standard input", async () => {
  const jobs = '{"task":"add","args":[1,2],"id":"one"}\n\n{"task":"slow","id":"two"}\n';
  await using project = await TestProject.with({ ...PROJECT, "jobs.ndjson": jobs });
  const file = await project.nuvom(["enqueue", "--from", "jobs.ndjson"]);
  assertEquals([file.code, file.out, file.err], [0, "one\ntwo\n", "Enqueued 2 jobs.\n"]);
  const again = await project.json<unknown>(["enqueue", "--from", "-"], {
    stdin: `${jobs}{"task":"add","id":"three"}`,
  });
  assertEquals(again, [{ id: "one", duplicate: true }, { id: "two", duplicate: true }, { id: "three" }]);
  assertEquals(await project.json<unknown>(["enqueue", "--from", "-"]), []);
});

Deno.test("enqueue --from keeps whole batches, and says where a bad line stands", async () => {
  await using project = await TestProject.with(PROJECT);
  const good = Array.from({ length: 1_100 }, (_, i) => `{"task":"add","id":"job-${i + 1}"}`);
  const stdin = [...good, '{"task":"add","id":"last","args":5}'].join("\n");
  const { code, out, err } = await project.nuvom(["enqueue", "--from", "-", "--json"], { stdin });
  assertEquals([code, JSON.parse(out).length], [2, 1_000]);
  const { message } = JSON.parse(err).error;
  assertStringIncludes(message, "Enqueueing from standard input ended early. Line 1101: The line can't be enqueued");
  assertStringIncludes(message, "1000 jobs from the lines before line 1001 were enqueued.");
  assertEquals((await project.nuvom(["status", "job-1000"])).code, 0);
  assertEquals((await project.nuvom(["status", "job-1001"])).code, 4);
});

Deno.test("enqueue --from enqueues nothing when the first batch has a bad line", async () => {
  await using project = await TestProject.with(PROJECT);
  const stdin = '{"task":"add","id":"one"}\n{"task":"adx"}\n';
  const { code, out, err } = await project.nuvom(["enqueue", "--from", "-"], { stdin });
  assertEquals([code, out], [4, ""]);
  assertStringIncludes(err, 'Line 2: There is no task "adx". Did you mean "add"?');
  assertStringIncludes(err, "No job from the lines before line 1 was enqueued. (NUVOM_TASK_UNKNOWN)");
  assertEquals((await project.nuvom(["status", "one"])).code, 4);
});

Deno.test("enqueue --from refuses a missing file, and what only a single job takes", async () => {
  await using project = await TestProject.with(PROJECT);
  const missing = await project.nuvom(["enqueue", "--from", "nothing.ndjson"]);
  assertEquals([missing.code, missing.err.split(".")[0]], [4, "There is no file nothing"]);
  for (const more of [["add"], ["--queue", "q"], ["--delay", "1s"]]) {
    const { code, err } = await project.nuvom(["enqueue", "--from", "-", ...more]);
    assertEquals(code, 2);
    assertStringIncludes(err, "With --from, every line says its own task and options");
  }
});

Deno.test("enqueue --from enqueues all lines also when nobody reads the ids any more", async () => {
  for (const more of [[], ["--json"]]) {
    await using project = await TestProject.with(PROJECT);
    const stdin = Array.from({ length: 2_500 }, (_, i) => `{"task":"add","id":"job-${i + 1}"}`).join("\n");
    const io = new TestIo({
      args: ["enqueue", "--from", "-", ...more],
      stdin,
      cwd: project.folder,
      env: { NUVOM_CACHE_DIR: `${project.folder}/cache` },
    });
    const running = main(io, COMMANDS);
    await io.out.saw("job-1");
    io.out.closed = true;
    assertEquals([await running, io.err.text], [0, "Enqueued 2500 jobs. Nobody read all of their ids.\n"]);
    assertEquals((await project.nuvom(["status", "job-2500"])).code, 0);
  }
});
