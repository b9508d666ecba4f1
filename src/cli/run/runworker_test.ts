import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { main } from "../main.ts";
import { COMMANDS } from "../table.ts";
import { PROJECT, TestIo, TestProject } from "../testing.ts";

/** A worker that runs beside the test. */
function started(project: TestProject, args: readonly string[] = [], env: Record<string, string> = {}) {
  const io = new TestIo({ args: ["runworker", ...args], cwd: project.folder, env: { NUVOM_MAX_WORKERS: "1", ...env } });
  return { io, ended: main(io, COMMANDS) };
}

Deno.test("runworker --drain runs what there is, prints one ready line and a summary, and ends with 0", async () => {
  await using project = await TestProject.with(PROJECT);
  const stdin =
    '{"task":"add","args":[5,7],"id":"a"}\n{"task":"fail","args":["no"],"id":"b"}\n{"task":"discard","args":["x"]}\n';
  await project.nuvom(["enqueue", "--from", "-"], { stdin });
  const { code, out } = await project.nuvom(["runworker", "--drain", "--workers", "1"]);
  assertEquals(code, 0);
  assertMatch(
    out,
    /^Ready for jobs of all queues \(queue sqlite, results sqlite\)\..*\n1 job done, 2 failed, 1 attempt retried, in \S+s\.\n$/,
  );
  assertEquals((await project.json<{ result: unknown }>(["status", "a"])).result, 12);
  const failed = await project.json<Record<string, unknown>>(["status", "b"]);
  assertEquals([failed.state, failed.attempts, failed.error], ["FAILED", 2, { name: "TypeError", message: "no" }]);
});

Deno.test("runworker --queues leaves the jobs of other queues alone", async () => {
  await using project = await TestProject.with(PROJECT);
  await project.nuvom(["enqueue", "--from", "-"], {
    stdin: '{"task":"add","args":[1,1],"id":"a"}\n{"task":"add","args":[1,1],"queue":"q","id":"b"}\n',
  });
  const { code, out } = await project.nuvom(["runworker", "--drain", "--queues", "q,r", "--workers", "1"]);
  assertEquals(code, 0);
  assertStringIncludes(out, "Ready for jobs of the queues q, r ");
  const states = await Promise.all(["a", "b"].map((id) => project.json<{ state: string }>(["status", id])));
  assertEquals(states.map(({ state }) => state), ["PENDING", "SUCCESS"]);
});

Deno.test("runworker stops cleanly with a signal: running jobs end, the exit code is 0", async () => {
  await using project = await TestProject.with(PROJECT);
  await project.nuvom(["enqueue", "slow", "[300]"]);
  const { io, ended } = started(project);
  await io.err.saw("slow one started");
  assert(io.raise("SIGTERM") > 0);
  assertEquals(await ended, 0);
  assertStringIncludes(io.out.text, "1 job done");
  assertEquals(io.raise("SIGTERM"), 0, "a listener was left behind");
});

Deno.test("runworker ends at once with a second signal, and gives its jobs back", async () => {
  await using project = await TestProject.with(PROJECT);
  const { out } = await project.nuvom(["enqueue", "slow", "[60000]"]);
  for (const [signal, expected] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const { io, ended } = started(project);
    await io.err.saw("slow one started");
    io.raise(signal);
    await io.err.saw(`stopping (${signal})`);
    io.raise(signal);
    assertEquals(await ended, expected);
    const { state, attempts } = await project.json<{ state: string; attempts: number }>(["status", out.trim()]);
    assertEquals([state, attempts], ["PENDING", 0]);
  }
});

Deno.test("runworker that is stopped while it starts, ends with 0 before it takes a job", async () => {
  await using project = await TestProject.with(PROJECT);
  const { out } = await project.nuvom(["enqueue", "add", "[1,2]"]);
  const { io, ended } = started(project);
  await io.listening;
  io.raise("SIGINT");
  assertEquals(await ended, 0);
  assertEquals((await project.json<{ state: string }>(["status", out.trim()])).state, "PENDING");
});

Deno.test("runworker --json writes a line for each event", async () => {
  await using project = await TestProject.with(PROJECT);
  await project.nuvom(["enqueue", "fail", '["no luck"]']);
  const { code, out } = await project.nuvom(["runworker", "--drain", "--json", "--workers", "1"]);
  assertEquals(code, 0);
  const events = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  for (const { at } of events) assertMatch(at, /^\d{4}-\d\d-\d\dT/);
  const names = events.map(({ event }) => event);
  for (const name of ["worker.started", "attempt.started", "worker.stopping", "worker.stopped"]) {
    assert(names.includes(name));
  }
  const ends = events.filter(({ event }) => event === "attempt.ended");
  assertEquals(ends.map(({ task, attempt, outcome, next }) => [task, attempt, outcome, next]), [
    ["fail", 1, "failure", "retry"],
    ["fail", 2, "failure", "failed"],
  ]);
  assertEquals(ends[0].error, { name: "TypeError", message: "no luck" });
  const { event, done, failed, retried } = events.at(-1);
  assertEquals([event, done, failed, retried], ["summary", 0, 1, 1]);
});

Deno.test("runworker --json stops when nobody reads its events any more", async () => {
  await using project = await TestProject.with(PROJECT);
  await project.nuvom(["enqueue", "slow", "[200]"]);
  const { io, ended } = started(project, ["--json"]);
  await io.out.saw("attempt.started");
  io.out.closed = true;
  assertEquals(await ended, 0);
  assertStringIncludes(io.err.text, "stopping (nobody reads the events)");
});

Deno.test("runworker ends with the error of a plugin that can't start, and starts no worker", async () => {
  await using project = await TestProject.with({
    ".nuvom_plugins.toml": '[plugins]\nmonitoring = ["./plugins/bad.ts"]\n',
    "plugins/bad.ts": `export default {
      name: "bad", provides: ["monitoring"], start() { throw new Error("the port is taken"); }, stop() {} };`,
  });
  const { code, out, err } = await project.nuvom(["runworker"]);
  assertEquals([code, out], [3, ""]);
  assertStringIncludes(err, "the port is taken");
  assertMatch(err, /\(NUVOM_PLUGIN_\w+\)\n$/);
});

Deno.test("runworker refuses a task module that does not load", async () => {
  await using project = await TestProject.with({ ...PROJECT, "tasks/broken.ts": "export const x = ;" });
  const { code, err } = await project.nuvom(["runworker", "--drain"]);
  assertEquals(code, 3);
  assertStringIncludes(err, "tasks/broken.ts:1:18 is not valid");
});

Deno.test("cancel ends a job that runs in a worker elsewhere", async () => {
  await using project = await TestProject.with(PROJECT);
  const id = (await project.nuvom(["enqueue", "slow", "[60000]"])).out.trim();
  const { io, ended } = started(project, ["--json"], { NUVOM_LEASE_SECS: "0.6", NUVOM_TIMEOUT_GRACE_SECS: "0.1" });
  await io.err.saw("slow one started");
  const { code, out } = await project.nuvom(["cancel", id]);
  assertEquals([code, out], [0, `Job ${id} runs, and its worker will be told to end it.\n`]);
  await io.out.saw("cancelled");
  assertEquals((await project.json<{ state: string }>(["status", id])).state, "CANCELLED");
  io.raise("SIGTERM");
  assertEquals(await ended, 0);
});

Deno.test("runworker works on the file backends", async () => {
  await using project = await TestProject.with(PROJECT);
  const env = { NUVOM_QUEUE_BACKEND: "file", NUVOM_RESULT_BACKEND: "file", NUVOM_MAX_WORKERS: "1" };
  await project.nuvom(["enqueue", "add", "[5,7]"], { env });
  await project.nuvom(["enqueue", "fail", '["no"]'], { env });
  const { code, out } = await project.nuvom(["runworker", "--drain"], { env });
  assertEquals(code, 0);
  assertStringIncludes(out, "(queue file, results file)");
  const jobs = await project.json<{ state: string; result: unknown }[]>(["history", "recent"], { env });
  assertEquals(jobs.map(({ state, result }) => [state, result]), [["FAILED", null], ["SUCCESS", 12]]);
});

Deno.test("runworker --queues with weights lets no queue wait for another", async () => {
  await using project = await TestProject.with(PROJECT);
  const lines = [..."a".repeat(60), ..."b".repeat(20)].map((queue) =>
    JSON.stringify({ task: "add", args: [1, 1], queue })
  );
  await project.nuvom(["enqueue", "--from", "-"], { stdin: lines.join("\n") });
  // With batches of eight each lease has six of the one and two of the other.
  const env = { NUVOM_BATCH_SIZE: "8", NUVOM_CONCURRENCY: "1", NUVOM_MAX_WORKERS: "1" };
  const { code } = await project.nuvom(["runworker", "--drain", "--queues", "a=3,b"], { env });
  assertEquals(code, 0);
  const jobs = await project.json<{ queue: string }[]>(["history", "recent", "--limit", "80"]);
  const firstHalf = jobs.slice(40).filter(({ queue }) => queue === "b").length;
  assert(firstHalf >= 6 && firstHalf <= 14, `${firstHalf} of 20 jobs of b were in the first half`);
});

Deno.test("runworker refuses weights that make no sense", async () => {
  await using project = await TestProject.with(PROJECT);
  const { code, err } = await project.nuvom(["runworker", "--queues", "a=0"]);
  assertEquals(code, 2);
  assertStringIncludes(err, "a weight from 1 to 1000");
});
