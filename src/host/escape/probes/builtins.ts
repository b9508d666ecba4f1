/** Built-in modules and the inside of the runtime. @module */

import type { EscapeProbe } from "../probe.ts";

const BOTH = ["process", "worker"] as const;

const MODULES =
  `import * as nodeModule from "node:module"; import * as nodeProcess from "node:process"; import { EventEmitter } from "node:events";
import * as threads from "node:worker_threads"; import * as child from "node:child_process"; import cluster, * as clusters from "node:cluster";`;

/**
 * Everything that can be reached from the globals and the permitted built-in modules, by properties, accessors,
 * prototypes and constructors. What must not be there is known by its name: the originals are out of reach.
 */
const CRAWL = String.raw`
const roots = new Map([["globalThis", G]]);
for (const name of nodeModule.builtinModules) { try { roots.set("node:" + name, await import("node:" + name)) } catch {} }
const reached = new Map(), queue = [];
const visit = (value, path) => { if (value !== null && (typeof value === "object" || typeof value === "function") && !reached.has(value)) { reached.set(value, path); queue.push(value) } };
for (const [name, root] of roots) visit(root, name);
visit(async function () {}, "(async function)"); visit(function* () {}, "(generator)"); visit(async function* () {}, "(async generator)"); visit(new Error("x"), "(error)");
for (let i = 0; i < queue.length && i < 60000; i++) {
  const value = queue[i], path = reached.get(value);
  if (path.length > 300 || value === scene || value === ways || value === reached || value === queue || value === roots) continue;
  let keys = []; try { keys = Reflect.ownKeys(value) } catch {}
  for (const key of keys) {
    let found; try { found = Object.getOwnPropertyDescriptor(value, key) } catch { continue }
    if (found === undefined) continue;
    const at = path + "." + describe(key);
    visit(found.value, at); visit(found.get, at + "(get)"); visit(found.set, at + "(set)");
    if (found.get) try { visit(value[key], at) } catch {}
  }
  try { visit(Object.getPrototypeOf(value), path + ".(prototype)") } catch {}
}
const named = (value) => { try { return typeof value === "function" && typeof value.name === "string" ? value.name : "" } catch { return "" } };
`;

export const BUILTIN_PROBES: readonly EscapeProbe[] = [
  {
    name: "createRequire and the insides of node:module",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    source: () =>
      String.raw`const { createRequire, Module } = nodeModule, require = createRequire(import.meta.url);
for (const name of [scene.js, scene.json, "file://" + scene.js, "vm", "node:vm", "inspector", "repl", "wasi", "dgram", "node:test", "__proto__", "constructor"]) {
  await way("require " + name, () => require(name));
  await way("createRequire elsewhere " + name, () => createRequire("file://" + scene.folder + "/x.js")(name));
  await way("Module.prototype.require " + name, () => new Module("x").require(name));
  await way("Module._load " + name, () => Module._load(name, null, true));
  await way("import " + name, () => import(name));
}
await way("Module._extensions", () => Module._extensions);
await way("require.extensions", () => require.extensions);
await way("require.main", () => require.main);
await way("register", () => nodeModule.register("data:text/javascript,"));
await way("registerHooks", () => nodeModule.registerHooks({}));
await way("runMain", () => Module.runMain());
await way("wrap", () => Module.wrap && Module.prototype._compile("1", "x"));
await way("SourceMap", () => nodeModule.findSourceMap && nodeModule.findSourceMap(scene.js));
await way("global require", () => G.require);`,
  },
  {
    name: "getBuiltinModule and process.binding by every road",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    source: () =>
      String
        .raw`const roads = { global: G.process, module: nodeProcess, "default": nodeProcess.default, required: nodeModule.createRequire("file:///x")("process"),
  computed: (await import("node:" + "process")).default, bare: (await import("process")).default, prototype: Object.getPrototypeOf(G.process), made: G.process.constructor.prototype,
  listeners: G.process.on("x", () => {}), emitter: EventEmitter, domain: G.process.domain, main: G.process.mainModule };
for (const [road, object] of Object.entries(roads)) {
  for (const name of ["getBuiltinModule", "binding", "_linkedBinding", "dlopen", "reallyExit", "_kill", "_debugProcess", "_startProfilerIdleNotifier", "openStdin"]) {
    await way(road + "." + name, () => { const found = object[name]; return found === undefined ? undefined : name === "getBuiltinModule" ? found.call(object, "vm") : name === "_debugProcess" ? found : found.call(object, name === "dlopen" ? {} : "fs") });
  }
}
await way("this of a listener", () => new Promise((resolve) => { G.process.once("made", function () { resolve(this.getBuiltinModule) }); G.process.emit("made"); setTimeout(resolve, 50) }));
await way("this of nextTick", () => new Promise((resolve) => G.process.nextTick(function () { resolve(this?.getBuiltinModule) })));`,
  },
  {
    name: "the inside of Deno: Deno[Deno.internal], Deno.core, operations, symbols",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    source: () =>
      String.raw`await way("Deno.internal", () => Deno.internal);
await way("Deno[Deno.internal]", () => Deno[Deno.internal]);
await way("Deno.core", () => Deno.core);
await way("symbols of Deno", () => Object.getOwnPropertySymbols(Deno).length > 0);
for (const name of ["Deno.internal", "Deno.internal.core", "deno.internal", "Deno.core"]) await way("Symbol.for " + name, () => Deno[Symbol.for(name)] ?? G[Symbol.for(name)]);
await way("__bootstrap", () => G.__bootstrap ?? G.bootstrap ?? G.ext);
await way("another Deno", async () => (await import("node:" + "events")).default.Deno);
await way("function caller", () => { function inner() { return inner.caller } return inner() });
await way("arguments.callee", () => (function () { return arguments.callee.caller })());
await way("call sites", () => { const before = Error.prepareStackTrace; Error.prepareStackTrace = (_, sites) => sites; const sites = new Error("x").stack; Error.prepareStackTrace = before;
  return Array.isArray(sites) && sites.some((site) => { const it = site.getThis?.() ?? site.getFunction?.(); return it !== undefined && it !== null && it !== G }); });
await way("assignments", () => { "use strict"; Deno.exit = 1; return true });
await way("redefinition", () => Object.defineProperty(G, "Deno", { value: {} }) && Deno.exit === undefined);`,
  },
  {
    name: "all that can be reached from the globals and the permitted modules",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    forbidden: () => [{ kind: "run", item: Deno.execPath() }],
    source: () =>
      String.raw`${CRAWL}
await way("too little was looked at", () => reached.size < 3000 && reached.size);
for (const [value, path] of reached) {
  const name = named(value);
  if (/^op_/.test(name)) await way("raw operation at " + path, () => name);
  let opens; try { opens = Object.hasOwn(value, "ops") && typeof value.ops === "object" } catch {}
  if (opens && !path.includes("node:crypto")) await way("operations at " + path, () => true);
  if (["getBuiltinModule", "_linkedBinding", "reallyExit"].includes(name)) await way(name + " at " + path, () => { try { return value.call(G.process, "vm") } catch (error) { return !/not available/.test(error.message) } });
  if (["Worker", "NodeWorker", "SharedWorker"].includes(name)) await way(name + " at " + path, () => new value("data:text/javascript,1", { type: "module" }));
  if (name === "BroadcastChannel") await way(name + " at " + path, () => new value("nuvom"));
  if (["addSignalListener", "exit", "kill", "execPath"].includes(name) && !path.startsWith("node:async_hooks")) await way(name + " at " + path, () => { try { return value(0) ?? true } catch (error) { return !/not available/.test(error.message) } });
}`,
  },
  {
    name: "nested workers, threads, processes and clusters",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    forbidden: () => [{ kind: "run", item: Deno.execPath() }],
    source: () =>
      String.raw`const code = "postMessage(1)";
const urls = { file: "file://" + scene.js, data: "data:text/javascript," + code, blob: URL.createObjectURL(new Blob([code], { type: "text/javascript" })) };
for (const [kind, url] of Object.entries(urls)) {
  await way("Worker " + kind, () => new Worker(url, { type: "module" }));
  await way("Worker with permissions " + kind, () => new Worker(url, { type: "module", deno: { permissions: "inherit" } }));
  await way("SharedWorker " + kind, () => new SharedWorker(url));
  await way("thread " + kind, () => new threads.Worker(url.startsWith("data:") || kind === "blob" ? new URL(url) : scene.js));
  await way("thread of text " + kind, () => new threads.Worker(code, { eval: true }));
}
await way("self.Worker", () => G.self.Worker);
await way("constructor of the scope", () => Object.getPrototypeOf(G).Worker ?? G.constructor.Worker);
for (const name of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"]) await way(name, () => child[name]("true", { shell: true }));
await way("ChildProcess", () => new child.ChildProcess().spawn({ file: "true", args: [] }));
await way("cluster.fork", () => cluster.fork());
await way("clusters.fork", () => clusters.fork());
await way("Deno.Command", () => new Deno.Command("true").spawn());
await way("Deno.Command sync", () => new Deno.Command(scene.js).outputSync());
await way("Deno.run", () => Deno.run({ cmd: ["true"] }));
await way("parentPort", () => threads.parentPort);
await way("postMessage", () => G.postMessage);
await way("onmessage", () => "onmessage" in G && G.onmessage !== undefined);`,
  },
];
