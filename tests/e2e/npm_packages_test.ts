/** Real packages in the executable: a job says what `deno run` says with the same `node_modules`. @module */

import { assertEquals } from "@std/assert";
import { expected, FILES, install, TASKS, whyLeftOut } from "../npm_project.ts";
import { Server } from "./server.ts";

const reason = await whyLeftOut();

Deno.test({
  name: `the executable runs tasks that use packages${reason === null ? "" : ` (left out: ${reason})`}`,
  ignore: reason !== null,
  async fn(t) {
    await using server = await Server.with({ ...FILES, ".nuvom_plugins.toml": '[tasks]\nmodules = ["./tasks.js"]\n' });
    await install(server.folder, "npm");
    const wanted = await expected(server.folder);
    const jobs = TASKS.map((task) => JSON.stringify({ task })).join("\n");
    await server.ok(["enqueue", "--from", "-"], { stdin: jobs });
    await server.ok(["runworker", "--drain"]);
    const ended = await server.json(["history", "recent", "--limit", "100"]);
    for (const name of TASKS) {
      await t.step(name, async () => {
        const { id } = ended.find(({ task }: { task: string }) => task === name);
        const { state, result, error } = await server.json(["status", id]);
        assertEquals([state, error, result], ["SUCCESS", null, wanted[name]]);
      });
    }
  },
});
