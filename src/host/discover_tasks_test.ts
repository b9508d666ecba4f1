import { assertEquals } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { Realm } from "../sandbox/mod.ts";
import { discoverTasks } from "./discover_tasks.ts";
import { refusalOf } from "./testing.ts";

const MANIFEST = {
  path: "/project/m.toml",
  folder: "/project",
  plugins: [],
  sections: new Map(),
  tasks: { modules: [], permissions: {}, place: "m.toml" },
};

function refusal(answer: () => unknown): Promise<string> {
  const realm = { call: async () => await answer() } as Pick<Realm, "call">;
  return refusalOf(() =>
    discoverTasks(realm, { manifest: MANIFEST, entries: [], timeoutMs: 10_000, mapStack: (stack) => stack })
  );
}

Deno.test("discoverTasks() names the setting that gives an import more time", async () => {
  assertEquals(
    await refusal(() => Promise.reject(new NuvomError("NUVOM_RPC_TIMEOUT", { what: "Late." }))),
    "NUVOM_TASK_TIMEOUT 3: The import of the task modules was not done within 10s. What a module awaits at its top level " +
      "must end; NUVOM_PLUGIN_START_TIMEOUT_SECS gives it more time.",
  );
});

Deno.test("discoverTasks() takes no list that a guest made up", async () => {
  const task = { name: "a", retries: 0, retryDelayMs: null, timeoutMs: null, timeoutPolicy: "later" };
  for (
    const [answer, detail] of [["x", "the list is not a list"], [
      [task],
      "the list[0].timeoutPolicy is not one of retry, fail, ignore",
    ]] as const
  ) {
    assertEquals(
      await refusal(() => answer),
      `NUVOM_TASK_ANSWER 3: What the task modules say of their tasks can't be used: ${detail}. ` +
        "Define tasks with task() of nuvom, and nothing else.",
    );
  }
});

Deno.test("discoverTasks() leaves the end of a realm as it is", async () => {
  assertEquals(
    await refusal(() => Promise.reject(new NuvomError("NUVOM_REALM_GONE", { what: "It has ended." }))),
    "NUVOM_REALM_GONE 1: It has ended.",
  );
});
