/** What the executable says where foreign code does more than it was granted, and what the worker itself gave up. @module */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { Server } from "./server.ts";

const TASKS = `import { task } from "nuvom";
export const look = task({ name: "look", retries: 0 }, () => Deno.readTextFile("/etc/hostname"));
`;
const manifest = (more: string) =>
  `[plugins]\nmonitoring = ["./p.ts"]\n${more}\n[tasks]\nmodules = ["./tasks.ts"]\npermissions = { env = ["HOME"] }\n`;
const plugin = (start: string) =>
  `export default { name: "p", provides: ["monitoring"], start() { ${start} }, stop() {} };`;
const DLOPEN = plugin('Deno.dlopen("libc.so.6", { getpid: { parameters: [], result: "i32" } });');

Deno.test("a handler that was refused something fails with one line: task, permission, place, and the TOML to write", async () => {
  await using server = await Server.with({
    "tasks.ts": TASKS,
    "p.ts": plugin(""),
    ".nuvom_plugins.toml": manifest(""),
  });
  const { id } = await server.json(["enqueue", "look"]) as { id: string };
  await server.run(["runworker", "--drain"]);
  const { error } = await server.json(["status", id]) as { error: { code: string; message: string } };
  assertEquals(error.code, "NUVOM_TASK_PERMISSION");
  assertEquals(
    error.message,
    'The task "look" was refused read access to "/etc/hostname" (./tasks.ts:2:67). To grant it, write ' +
      `permissions = { read = ["/etc/hostname"], env = ["HOME"] } under [tasks] in ${server.folder}/.nuvom_plugins.toml.`,
  );
});

Deno.test("an inline plugin can't load native code: the worker gave up ffi, unless the manifest grants it", async () => {
  const files = { "tasks.ts": TASKS, "p.ts": DLOPEN };
  const inline = '[plugin.p]\nisolation = "inline"\n';
  await using server = await Server.with({ ...files, ".nuvom_plugins.toml": manifest(inline) });
  const { code, stderr } = await server.run(["runworker", "--drain"]);
  assertEquals(code, 3, stderr);
  assertStringIncludes(stderr, "NUVOM_PLUGIN_PERMISSION");
  assertStringIncludes(stderr, "ffi access");
  assertStringIncludes(stderr, "full_trust = true");

  const granted = `${inline}permissions = { ffi = ["/usr/lib"], full_trust = true }\n`;
  await using trusting = await Server.with({ ...files, ".nuvom_plugins.toml": manifest(granted) });
  const allowed = await trusting.run(["runworker", "--drain"]);
  assertEquals(allowed.code, 0, allowed.stderr);
});
