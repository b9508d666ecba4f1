/** Real packages in real realms: a task says what `deno run` says with the same `node_modules`. @module */

import { assertEquals } from "@std/assert";
import type { Outcome } from "../src/core/mod.ts";
import { loadGraph, prepareGraph } from "../src/loader/mod.ts";
import { type AttemptReport, openRealm, type Realm, type RealmHost } from "../src/sandbox/mod.ts";
import { expected, FILES, install, type Installer, TASKS, whyLeftOut } from "./npm_project.ts";

const reason = await whyLeftOut();
const leftOut = reason === null ? "" : ` (left out: ${reason})`;

for (const installer of ["npm", "deno"] as const) {
  Deno.test({
    name: `tasks use packages that ${installer} installed${leftOut}`,
    ignore: reason !== null,
    fn: async (t) => await runAll(installer, t),
  });
}

async function runAll(installer: Installer, t: Deno.TestContext): Promise<void> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-npm-" }));
  try {
    for (const [name, text] of Object.entries(FILES)) await Deno.writeTextFile(`${root}/${name}`, text);
    await install(root, installer);
    const wanted = await expected(root);
    for (const kind of ["process", "worker"] as const) {
      const outcomes = await outcomesIn(kind, root);
      for (const name of TASKS) {
        await t.step(`${name} in a ${kind}`, () => assertEquals(valueOf(outcomes.get(name)!), wanted[name]));
      }
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** Every task once, in one executor without any permission. */
async function outcomesIn(kind: "process" | "worker", root: string): Promise<ReadonlyMap<string, Outcome>> {
  const url = new URL(`file://${root}/tasks.js`).href;
  const graph = await prepareGraph(await loadGraph([url], { root }));
  const waiting = new Map(TASKS.map((name) => [name, Promise.withResolvers<Outcome>()]));
  let realm: Realm | undefined;
  try {
    const host: RealmHost = {
      call: (method) => Promise.reject(new Error(`unexpected call of ${method}`)),
      note(method, params) {
        if (method !== "executor.report") return;
        const { ended } = params as { readonly ended: readonly AttemptReport[] };
        for (const [id, outcome] of ended) waiting.get(id)!.resolve(outcome);
      },
      output() {},
    };
    realm = await openRealm(
      { name: "npm", kind, role: "executor", graph, grant: {}, env: {}, startTimeoutMs: 20_000 },
      host,
    );
    await realm.call("executor.load", { entries: [graph.entryRef(url)], concurrency: 4 }, { timeoutMs: 30_000 });
    realm.note("executor.run", TASKS.map((name) => [name, name, 1, "[]"]));
    return new Map(await Promise.all([...waiting].map(async ([name, { promise }]) => [name, await promise] as const)));
  } finally {
    await realm?.stop(5_000);
    await graph.dispose();
  }
}

function valueOf(outcome: Outcome): unknown {
  return outcome.kind === "success" ? JSON.parse(outcome.result ?? "null") : outcome;
}
