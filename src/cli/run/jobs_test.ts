import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT, TestProject } from "../testing.ts";

/** A project in which `ok` succeeded, `bad` failed after two attempts, and `later` is still to come. */
async function finishedProject(): Promise<TestProject> {
  const project = await TestProject.with(PROJECT);
  const lines = [
    { task: "add", args: [5, 7], id: "ok" },
    { task: "fail", args: ["out of \u001b[2Jluck"], id: "bad" },
    { task: "add", args: [1, 1], id: "later", delay: "2h" },
  ];
  await project.nuvom(["enqueue", "--from", "-"], { stdin: lines.map((line) => JSON.stringify(line)).join("\n") });
  await project.nuvom(["runworker", "--drain", "--workers", "1"]);
  return project;
}

Deno.test("status, inspect job and history recent show what became of jobs", async (t) => {
  await using project = await finishedProject();

  await t.step("status shows the result of a job that succeeded", async () => {
    const { out } = await project.nuvom(["status", "ok"]);
    assertMatch(out, /^ok {2}add {2}SUCCESS\n {2}attempts {2}1 of 1\n {2}ended {5}.*\n {2}result {4}12\n$/);
    const { id, task, state, result, error, attempts } = await project.json<Record<string, unknown>>(["status", "ok"]);
    assertEquals([id, task, state, result, error, attempts], ["ok", "add", "SUCCESS", 12, null, 1]);
  });

  await t.step("status shows the error of a job that failed, without what would steer the terminal", async () => {
    const { code, out } = await project.nuvom(["status", "bad"], { columns: 80 });
    assertEquals(code, 0);
    assertStringIncludes(out, "TypeError: out of \\u001b[2Jluck");
    assertStringIncludes(out, "\x1b[31mFAILED\x1b[39m");
  });

  await t.step("status shows when a scheduled job is due", async () => {
    assertMatch((await project.nuvom(["status", "later"])).out, /SCHEDULED\n(.*\n)* {2}due +in 1h [56]\dm\n/);
  });

  await t.step("status and inspect job refuse an unknown id", async () => {
    for (const command of [["status"], ["inspect", "job"]]) {
      const { code, out, err } = await project.nuvom([...command, "nobody"]);
      assertEquals([code, out], [4, ""]);
      assertStringIncludes(err, 'There is no job "nobody" in the queue "sqlite" and the results "sqlite".');
    }
  });

  await t.step("inspect job shows times, arguments, the stack and the errors of every attempt", async () => {
    const { out } = await project.nuvom(["inspect", "job", "bad"]);
    for (
      const part of [
        'arguments  ["out of \\u001b[2Jluck"]',
        "attempts   2 of 2",
        "attempt 1  failure, ",
        "tasks/math.ts:4:",
      ]
    ) {
      assertStringIncludes(out, part);
    }
    assertMatch(out, /created {4}\d{4}-\d\d-\d\dT[\d:.]+Z \((now|\S+s ago)\)\n/);
    const job = await project.json<Record<string, unknown[]>>(["inspect", "job", "bad"]);
    assertEquals([job.args, job.errors!.length], [["out of \u001b[2Jluck"], 2]);
    assertMatch(String(job.createdAt), /^\d{4}-/);
  });

  await t.step("history recent lists ended jobs, the latest first", async () => {
    const { out } = await project.nuvom(["history", "recent"]);
    assertMatch(out, /^ID +TASK +STATE +ATTEMPTS .*\nbad +fail +FAILED +2 of 2 .*\nok +add +SUCCESS +1 of 1 .* 12\n$/);
    const jobs = await project.json<{ id: string; result: unknown }[]>(["history", "recent"]);
    assertEquals(jobs.map(({ id, result }) => [id, result]), [["bad", null], ["ok", 12]]);
  });

  await t.step("history recent takes a limit and a state in any case", async () => {
    const ids = async (...options: string[]) =>
      (await project.json<{ id: string }[]>(["history", "recent", ...options])).map(({ id }) => id);
    assertEquals(await ids("--limit", "1"), ["bad"]);
    assertEquals(await ids("--status", "success"), ["ok"]);
    const none = await project.nuvom(["history", "recent", "--status", "cancelled"]);
    assertEquals([none.code, none.out, none.err], [0, "", "No job has ended as CANCELLED yet.\n"]);
  });
});
