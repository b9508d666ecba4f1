import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT, TestProject } from "../testing.ts";

type Row = Readonly<Record<string, unknown>>;

async function projectWith(lines: readonly Row[]): Promise<TestProject> {
  const project = await TestProject.with(PROJECT);
  const stdin = lines.map((line) => JSON.stringify(line)).join("\n");
  if (lines.length > 0) await project.nuvom(["enqueue", "--from", "-"], { stdin });
  return project;
}

async function stateOf(project: TestProject, id: string): Promise<unknown> {
  return (await project.json<Row>(["status", id])).state;
}

const drain = (project: TestProject) => project.nuvom(["runworker", "--drain", "--workers", "1"]);

Deno.test("queue stats, pause, resume and clear", async (t) => {
  await using project = await projectWith([
    { task: "add", args: [1, 1], id: "a" },
    { task: "add", args: [1, 1], id: "b", delay: "2h" },
    { task: "add", args: [1, 1], id: "c", queue: "mail" },
  ]);

  await t.step("queue stats counts by queue and state", async () => {
    const { out } = await project.nuvom(["queue", "stats"]);
    assertMatch(
      out,
      /^QUEUE +PENDING +SCHEDULED +RETRYING +RUNNING +LAG *\ndefault +1 +1 +0 +0 +\S.*\nmail +1 +0 +0 +0 /,
    );
    const [row, ...more] = await project.json<Row[]>(["queue", "stats", "mail"]);
    assertEquals([row?.queue, row?.pending, row?.paused, more], ["mail", 1, false, []]);
    assertMatch(String(row?.oldestAt), /^\d{4}-/);
    assertEquals((await project.json<Row[]>(["queue", "stats", "none"]))[0]?.pending, 0);
  });

  await t.step("a paused queue is shown, and not drained", async () => {
    const { code, out } = await project.nuvom(["queue", "pause", "mail"]);
    assertEquals([code, out], [0, "The queue mail is paused. `nuvom queue resume` ends that.\n"]);
    assertMatch((await project.nuvom(["queue", "stats"])).out, /mail .* paused\n/);
    await project.nuvom(["runworker", "--drain", "--workers", "1", "--queues", "default"]);
    assertEquals([await stateOf(project, "a"), await stateOf(project, "c")], ["SUCCESS", "PENDING"]);
    assertEquals(await project.json(["queue", "resume", "mail"]), { queue: "mail", paused: false });
    await drain(project);
    assertEquals(await stateOf(project, "c"), "SUCCESS");
  });

  await t.step("queue clear asks at a terminal, and does nothing on a no", async () => {
    const { code, err } = await project.nuvom(["queue", "clear"], { answers: ["n"] });
    assertEquals(code, 1);
    assertStringIncludes(err, "Remove what waits in all queues (1 job)? [y/N]");
    assertEquals(await stateOf(project, "b"), "SCHEDULED");
  });

  await t.step("queue clear refuses without a terminal and without --yes", async () => {
    const { code, err } = await project.nuvom(["queue", "clear", "default"]);
    assertEquals(code, 2);
    assertStringIncludes(err, "Say --yes.");
  });

  await t.step("queue clear removes what waits, and nothing of what has ended", async () => {
    assertEquals(await project.json(["queue", "clear", "mail", "--yes"]), { queue: "mail", removed: 0 });
    const { out } = await project.nuvom(["queue", "clear"], { answers: ["y"] });
    assertEquals(out, "Removed 1 job from all queues.\n");
    assertEquals((await project.nuvom(["status", "b"])).code, 4);
    assertEquals(await stateOf(project, "a"), "SUCCESS");
  });

  await t.step("a name that no queue can have is refused", async () => {
    assertEquals((await project.nuvom(["queue", "pause", ""])).code, 2);
  });
});

Deno.test("cancel ends what waits, and says what it did not do", async () => {
  await using project = await projectWith([
    { task: "add", args: [1, 1], id: "done" },
    { task: "add", args: [1, 1], id: "later", delay: "2h" },
  ]);
  await drain(project);
  const { code, out, err } = await project.nuvom(["cancel", "later", "done", "nobody"]);
  assertEquals([code, out], [4, "Job later is cancelled.\n"]);
  assertEquals(err, "Job done had ended already and stays as it is.\nJob nobody is unknown.\n");
  assertEquals(await stateOf(project, "later"), "CANCELLED");
  const again = await project.nuvom(["cancel", "later", "--json"]);
  assertEquals([again.code, JSON.parse(again.out)], [1, [{ id: "later", status: "finished" }]]);
  assertEquals((await project.nuvom(["cancel"])).code, 2);
});

Deno.test("retry runs failed jobs again, by id or all of them, and keeps their history", async (t) => {
  await using project = await projectWith([
    { task: "discard", args: ["no"], id: "x" },
    { task: "discard", args: ["no"], id: "y" },
    { task: "fail", args: ["no"], id: "z" },
    { task: "add", args: [1, 1], id: "ok" },
  ]);
  await drain(project);

  await t.step("history recent shows the failed jobs of a task, a queue and a time", async () => {
    const ids = async (...options: string[]) =>
      (await project.json<Row[]>(["history", "recent", "--status", "failed", ...options])).map(({ id }) => id).sort();
    assertEquals(await ids(), ["x", "y", "z"]);
    assertEquals(await ids("--task", "discard"), ["x", "y"]);
    assertEquals(await ids("--queue", "bad"), ["z"]);
    assertEquals(await ids("--since", "1h"), ["x", "y", "z"]);
    const none = await project.nuvom(["history", "recent", "--task", "none"]);
    assertEquals([none.code, none.err], [0, "No job of those has ended.\n"]);
  });

  await t.step("retry ID makes a job ready, and refuses one that succeeded or is unknown", async () => {
    const { code, out, err } = await project.nuvom(["retry", "x", "ok", "nobody"]);
    assertEquals([code, out], [4, "Job x is ready to run again.\n"]);
    assertEquals(err, "Job ok has succeeded and stays as it is.\nJob nobody is unknown.\n");
    const job = await project.json<{ state: string; errors: unknown[] }>(["inspect", "job", "x"]);
    assertEquals([job.state, job.errors.length], ["PENDING", 1]);
    assertEquals((await project.nuvom(["retry", "x", "ok"])).code, 1);
  });

  await t.step("retry --failed chooses by task, queue and number", async () => {
    assertEquals((await project.json<Row>(["retry", "--failed", "--queue", "bad"])).retried, 1);
    assertEquals(await stateOf(project, "z"), "PENDING");
    await project.nuvom(["cancel", "z"]);
    const { out } = await project.nuvom(["retry", "--failed", "--task", "discard", "--since", "1h", "--limit", "5"]);
    assertEquals(out, "1 failed job is ready to run again.\n");
    assertEquals((await project.json<Row>(["retry", "--failed"])).retried, 0);
    await drain(project);
    const job = await project.json<{ state: string; errors: { attempt: number }[] }>(["inspect", "job", "y"]);
    assertEquals([job.state, job.errors.map(({ attempt }) => attempt)], ["FAILED", [1, 2]]);
  });

  await t.step("retry refuses what makes no sense", async () => {
    for (const line of [["retry"], ["retry", "x", "--failed"], ["retry", "x", "--task", "add"]]) {
      assertEquals((await project.nuvom(line)).code, 2, line.join(" "));
    }
  });
});

Deno.test("history prune forgets finished jobs", async () => {
  await using project = await projectWith([
    { task: "add", args: [1, 1], id: "a" },
    { task: "discard", args: ["no"], id: "x" },
    { task: "add", args: [1, 1], id: "later", delay: "2h" },
  ]);
  await drain(project);
  assertEquals((await project.nuvom(["history", "prune", "--yes"])).code, 2);
  assertEquals((await project.nuvom(["history", "prune", "--keep", "0"])).code, 2);
  assertEquals((await project.nuvom(["history", "prune", "--keep", "0"], { answers: [] })).code, 1);
  assertEquals(await project.json(["history", "prune", "--older-than", "1h", "--yes"]), { forgotten: 0 });
  assertEquals(await project.json(["history", "prune", "--status", "failed", "--keep", "0", "--yes"]), {
    forgotten: 1,
  });
  const { out } = await project.nuvom(["history", "prune", "--keep", "0"], { answers: ["yes"] });
  assertEquals(out, "Forgot 1 job.\n");
  assertEquals(await stateOf(project, "later"), "SCHEDULED");
});
