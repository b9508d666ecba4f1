import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { PROJECT, TestProject } from "../testing.ts";

const run = ["runtestworker", "run", "--input"];

Deno.test("runtestworker run runs one job of a file, and touches no queue", async () => {
  await using project = await TestProject.with({
    ...PROJECT,
    "job.json": '{\n  "task": "add",\n  "args": [5, 7],\n  "delay": "1h"\n}\n',
  });
  const { code, out } = await project.nuvom([...run, "job.json"]);
  assertEquals(code, 0);
  assertMatch(out, /^add {2}success after \S+\n {2}result {2}12\n$/);
  const document = await project.json<Record<string, unknown>>([...run, "job.json"]);
  assertEquals([document.task, document.outcome, document.result, document.error], ["add", "success", 12, null]);
  const left = [...Deno.readDirSync(`${project.folder}/.nuvom`)].map(({ name }) => name);
  assertEquals(left, ["manifest.json"]);
});

Deno.test("runtestworker run tells the error of a failed attempt once, and ends with 1", async () => {
  await using project = await TestProject.with(PROJECT);
  const stdin = '{"task":"fail","args":["boom"]}';
  const { code, out } = await project.nuvom([...run, "-"], { stdin });
  assertEquals(code, 1);
  assertStringIncludes(out, "fail  failure after ");
  assertMatch(out, /error {2}TypeError: boom\n\s+at .*tasks\/math\.ts:4:/);
  const { code: again, out: json } = await project.nuvom([...run, "-", "--json"], { stdin });
  assertEquals([again, JSON.parse(json).error], [1, { name: "TypeError", message: "boom" }]);
});

Deno.test("runtestworker run says what is wrong with its input", async () => {
  await using project = await TestProject.with({ ...PROJECT, "bad.json": '{"task": "add",\n "args": 5}' });
  const missing = await project.nuvom(["runtestworker", "run"]);
  assertEquals([missing.code, missing.err.includes("--input job.json")], [2, true]);
  const absent = await project.nuvom([...run, "nothing.json"]);
  assertEquals([absent.code, absent.err], [
    4,
    "There is no file nothing.json. Check the path and its permissions. (NUVOM_INPUT_FILE)\n",
  ]);
  const bad = await project.nuvom([...run, "bad.json"]);
  assertEquals(bad.code, 2);
  assertStringIncludes(bad.err, 'its "args" is 5');
  const unknown = await project.nuvom([...run, "-"], { stdin: '{"task":"adx"}' });
  assertEquals(unknown.code, 4);
  assertStringIncludes(unknown.err, 'Did you mean "add"?');
});
