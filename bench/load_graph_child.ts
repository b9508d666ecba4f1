/** What `load_graph.ts` compiles and times: loads a graph as the worker does, or nothing. @module */

import {
  loadGraph,
  lockedGraph,
  LockedModules,
  ModuleStore,
  NetworkModules,
  prepareGraph,
  PrivateFolder,
  stubsIn,
} from "../src/loader/mod.ts";
import { openRealm } from "../src/sandbox/mod.ts";

// As `cli.ts` does: the executable as its own child.
if (Deno.args[0] === "__realm") await (await import("../src/sandbox/child_main.ts")).childMain();

const [url, cache] = Deno.args;
if (url !== undefined && cache !== undefined) await load(url, cache);
// As the command line does: what a finished command leaves behind is not waited for.
Deno.exit(0);

/** Prints when each part was done, in milliseconds since the first: graph, files, realm, import. */
async function load(url: string, cache: string): Promise<void> {
  const started = performance.now();
  const since = () => performance.now() - started;
  const folder = await PrivateFolder.make();
  const parts: number[] = [];
  const files = (async () => {
    const graph = await graphOf(url, cache);
    parts.push(since());
    const prepared = await prepareGraph(graph, folder);
    parts.push(since());
    return prepared;
  })();
  const spec = { name: "bench", kind: "process", role: "plugin", grant: {}, env: {}, startTimeoutMs: 20_000 } as const;
  const realm = await openRealm(
    { ...spec, graph: stubsIn(folder), written: files },
    { call: () => Promise.resolve(null), note() {}, output: (_stream, line) => console.error(line) },
  );
  const prepared = await files;
  parts.push(since());
  await realm.call("plugin.load", { entry: prepared.entryRef(url), exportName: null }, { timeoutMs: 20_000 });
  parts.push(since());
  await realm.stop(1_000);
  await prepared.dispose();
  console.log(JSON.stringify(parts));
}

/** Cold: over the network, and locked; warm: by the lock, without a network. */
async function graphOf(url: string, cache: string) {
  const store = new ModuleStore(cache);
  const options = { root: Deno.cwd(), preparedDir: `${cache}/prepared` };
  const lock = await Deno.readTextFile(`${cache}/lock.json`).catch(() => null);
  if (lock !== null) {
    return await loadGraph([url], {
      ...options,
      remote: new LockedModules(JSON.parse(lock), { store, network: null }),
    });
  }
  await using network = new NetworkModules({ store, allowHttpLoopback: true });
  const graph = await loadGraph([url], { ...options, remote: network });
  await Deno.writeTextFile(`${cache}/lock.json`, JSON.stringify(lockedGraph(graph)));
  return graph;
}
