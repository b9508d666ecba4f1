import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TestProject } from "../testing.ts";

const QUIET = `export default { name: "quiet", provides: ["monitoring"], start() {}, stop() {} };`;

/** A queue of five methods, the last one of which is given. */
function listQueue(clear: string): string {
  return `import { BaseJobQueue, registerQueueBackend } from "nuvom";
class ListQueue extends BaseJobQueue {
  jobs = [];
  enqueue(job) { this.jobs.push(job); }
  dequeue() { return this.jobs.shift() ?? null; }
  popBatch(size) { return this.jobs.splice(0, size); }
  qsize() { return this.jobs.length; }
  clear() { ${clear} }
}
export default { name: "list", provides: ["queue_backend"], start() { registerQueueBackend("list", ListQueue); }, stop() {} };
`;
}

function manifest(...files: string[]): string {
  return `[plugins]\nmonitoring = ${JSON.stringify(files)}\n`;
}

Deno.test("plugin test tells each step of all plugins of the manifest", async () => {
  await using project = await TestProject.with({
    ".nuvom_plugins.toml": manifest("./plugins/quiet.js"),
    "plugins/quiet.js": QUIET,
  });
  const { code, out, err } = await project.nuvom(["plugin", "test"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^quiet\n( {2}ok +.*\n){4}\n4 passed, 0 failed, 0 not promised, in \S+s\.\n$/);
  for (const step of ["loads", "starts", "says that it is well", "stops"]) assertStringIncludes(out, step);
});

Deno.test("plugin test runs the cases of a queue, and says which promises it does not make", async () => {
  await using project = await TestProject.with({
    ".nuvom_plugins.toml": "",
    "plugins/list.js": listQueue("this.jobs = [];"),
  });
  const { out } = await project.nuvom(["plugin", "test", "./plugins/list.js"]);
  assertStringIncludes(out, "  queue backend list\n    ok            can be tested without harm\n");
  assertMatch(out, /^ {4}ok {12}enqueue\(\) answers a receipt for each job/m);
  assertMatch(out, /^ {4}not promised {2}lease\(\) hands out higher priorities first \(it claims no priority\)$/m);
});

Deno.test("plugin test ends with 1 when a case fails, and says why", async () => {
  await using project = await TestProject.with({
    ".nuvom_plugins.toml": "",
    "plugins/list.js": listQueue("return this.jobs.length;"),
  });
  const { code, out } = await project.nuvom(["plugin", "test", "./plugins/list.js", "--json"]);
  assertEquals(code, 1);
  const lines = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  const failed = lines.filter(({ outcome }) => outcome === "failed");
  assert(failed.length > 0);
  for (const { plugin, backend, error } of failed) {
    assertEquals([plugin, backend], ["list", "queue backend list"]);
    assert(error.message.length > 0);
  }
  assertEquals(lines.at(-1).summary.failed, failed.length);
  assertEquals(lines.at(-2).name, "stops");
});

Deno.test("plugin test tells of a plugin that can't be loaded, started, or that registers nothing", async () => {
  const broken = (start: string) =>
    `export default { name: "b", provides: ["queue_backend"], start() { ${start} }, stop() {} };`;
  await using project = await TestProject.with({
    ".nuvom_plugins.toml": "",
    "plugins/shape.js": "export default 5;",
    "plugins/start.js": broken('throw new Error("no luck");'),
    "plugins/nothing.js": broken(""),
  });
  const failedStep = async (file: string): Promise<[string, string]> => {
    const { code, out } = await project.nuvom(["plugin", "test", `./plugins/${file}`, "--json"]);
    assertEquals(code, 1);
    const { name, error } = out.trimEnd().split("\n").map((line) => JSON.parse(line)).find(({ outcome }) =>
      outcome === "failed"
    );
    return [name, error.message];
  };
  assertEquals((await failedStep("shape.js"))[0], "loads, and has the shape of a plugin");
  for (const [file, reason] of [["start.js", "no luck"], ["nothing.js", "provides queue_backend"]] as const) {
    const [step, message] = await failedStep(file);
    assertEquals(step, "starts, and registers what it provides");
    assertStringIncludes(message, reason);
  }
});

Deno.test("plugin test tells of an unknown name", async () => {
  await using project = await TestProject.with({ ".nuvom_plugins.toml": manifest("./quiet.js"), "quiet.js": QUIET });
  const { code, out } = await project.nuvom(["plugin", "test", "quite"]);
  assertEquals(code, 1);
  assertStringIncludes(out, 'Did you mean "quiet"?');
});
