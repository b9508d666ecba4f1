import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BRIDGE } from "./mod.ts";
import { TestProject } from "./testing.ts";

const ALLOWED =
  "assert assert/strict async_hooks buffer child_process cluster console crypto diagnostics_channel dns events fs fs/promises http http2 https module net os path perf_hooks process querystring sqlite stream stream/promises stream/web string_decoder timers timers/promises tls tty url util util/types v8 worker_threads zlib"
    .split(" ");

Deno.test("every permitted built-in can be imported with node: and without", async () => {
  const text = ALLOWED.map((name, i) =>
    `import * as a${i} from "node:${name}"; import b${i} from "${
      name === "sqlite" ? "node:sqlite" : name
    }"; export const ok${i} = a${i}.default === b${i};`
  );
  await using project = await TestProject.with({ "main.js": text.join("\n") });
  const m = await project.run("main.js");
  assertEquals(ALLOWED.filter((_, i) => m[`ok${i}`] !== true), []);
});

Deno.test("createRequire() knows the built-ins that imports know, and nothing else", async () => {
  await using project = await TestProject.with({
    "main.js": `import Module, { createRequire } from "node:module"; import fs from "fs"; import process from "process";
      export const require = createRequire(import.meta.url); export { Module, fs, process };
      export const fromComputed = (await import("mod" + "ule")).createRequire("file:///x.js");`,
  });
  const { require, Module, fs, process, fromComputed } = await project.run("main.js");
  assertEquals([require("fs") === fs, require("node:fs") === fs, require("process") === process], [true, true, true]);
  assertEquals([fromComputed === require, typeof require("net").connect, typeof require("events")], [
    true,
    "function",
    "function",
  ]);
  assertEquals(Object.getOwnPropertyNames(Module).includes("_load"), false);
  for (
    const name of [
      "vm",
      "node:vm",
      "dgram",
      "inspector",
      "repl",
      "./main.js",
      "lodash",
      "__proto__",
      "",
    ]
  ) {
    const error = assertThrows(() => require(name)) as Error & { code: string };
    assertEquals(error.code, "MODULE_NOT_FOUND", name);
  }
});

Deno.test("node:process holds the granted variables and nothing that ends or leaves the process", async () => {
  const lines: string[] = [];
  await using project = await TestProject.with({
    "main.js": `import process, { env, nextTick, stdout } from "node:process"; export default process; export { env };
      process.stdout.write("out\\n"); stdout.write("again"); process.stderr.write(new Uint8Array([104, 105])); process.emitWarning("careful");
      process.on("SIGTERM", () => {}).once("exit", () => {});
      export const tick = await new Promise((resolve) => nextTick(resolve, 5));`,
  });
  const { default: process, env, tick } = await project.run("main.js", {
    env: { TOKEN: "t" },
    write: (stream, text) => lines.push(`${stream}: ${text}`),
  });
  assertEquals([process.env === env, { ...env }, env.PATH, tick], [true, { TOKEN: "t" }, undefined, 5]);
  assertEquals(lines, ["stdout: out\n", "stdout: again", "stderr: hi", "stderr: careful\n"]);
  assertEquals([process.cwd(), process.argv.length > 2, process.getBuiltinModule, process.mainModule], [
    "/",
    false,
    undefined,
    undefined,
  ]);
  assertEquals(process.platform, Deno.build.os);
  for (const name of ["exit", "kill", "abort", "binding", "dlopen", "chdir", "reallyExit"]) {
    assertStringIncludes(assertThrows(() => process[name](0)).message, `process.${name} is not available`);
  }
  const [seconds, nanos] = process.hrtime();
  assert(seconds >= 0 && nanos >= 0 && typeof process.hrtime.bigint() === "bigint" && process.uptime() >= 0);
});

Deno.test("no way leads to a socket on an existing descriptor", async () => {
  await using project = await TestProject.with({
    "main.js":
      `import * as net from "node:net"; import tls from "node:tls"; import http from "node:http"; import tty from "node:tty";
      const real = Object.getPrototypeOf(tls.TLSSocket.prototype).constructor;
      export const ways = {
        shim: (fd) => new net.Socket({ fd }), called: (fd) => net.Socket.call(new net.Socket(), { fd }),
        prototype: (fd) => new (Object.getPrototypeOf(tls.TLSSocket))({ fd }), real: (fd) => new real({ fd }),
        connect: (fd) => net.connect({ fd }), agent: (fd) => http.globalAgent.createConnection({ fd }),
        read: (fd) => new tty.ReadStream(fd), write: (fd) => new tty.WriteStream(fd),
      };`,
  });
  const { ways } = await project.run("main.js");
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const [near, far] = await Promise.all([
    Deno.connect({ port: (listener.addr as Deno.NetAddr).port, hostname: "127.0.0.1" }),
    listener.accept(),
  ]);
  try {
    const sockets = await openSockets();
    assert(sockets.length >= 3);
    for (const way of Object.values(ways)) {
      for (const fd of sockets) assertThrows(() => (way as (fd: number) => unknown)(fd), Error);
    }
  } finally {
    for (const each of [near, far, listener]) each.close();
  }
});

async function openSockets(): Promise<number[]> {
  const found: number[] = [];
  if (Deno.build.os !== "linux") return [3, 4, 5];
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    if (target.startsWith("socket:")) found.push(Number(name));
  }
  return found;
}

Deno.test("node:net still connects, serves, and knows its instances", async () => {
  await using project = await TestProject.with({
    "main.js": `import net, { Socket } from "node:net"; import http from "node:http";
      export const answer = await new Promise((resolve, reject) => {
        const server = net.createServer((socket) => { socket.on("error", () => {}); socket.end("hello"); }).listen(0, "127.0.0.1", () => {
          const client = net.connect(server.address().port, "127.0.0.1"); let text = "";
          client.on("data", (d) => text += d).on("error", reject).on("close", () => { server.close(() => resolve([text, client instanceof net.Socket, client instanceof Socket])) });
        });
      });
      class Own extends Socket {} export const own = new Own() instanceof Own && new Own() instanceof Socket && !(new Socket() instanceof Own);
      export const page = await new Promise((resolve, reject) => {
        const server = http.createServer((_, response) => response.end("page")).listen(0, "127.0.0.1", () => {
          http.get({ port: server.address().port, host: "127.0.0.1", agent: false }, (response) => {
            let text = ""; response.on("data", (d) => text += d).on("end", () => server.close(() => resolve(text)));
          }).on("error", reject);
        });
      });`,
  });
  const m = await project.run("main.js");
  assertEquals([m.answer, m.own, m.page], [["hello", true, true], true, "page"]);
});

Deno.test("the stand-ins load, tell the truth, and refuse what would start a process or a thread", async () => {
  await using project = await TestProject.with({
    "main.js":
      `import child, { spawn } from "node:child_process"; import threads, { Worker } from "worker_threads"; import cons, { Console, log } from "console";
      class Own extends Worker {} export const ways = [() => spawn("ls"), () => child.execSync("ls"), () => new child.ChildProcess(), () => new Worker("x"),
        () => new Own("x"), () => new threads.BroadcastChannel("x"), () => new Console({}), () => new cons.Console({})];
      export const main = [threads.isMainThread, threads.parentPort, threads.threadId, typeof threads.MessageChannel]; export const say = (x) => { log(x); cons.error(x) };`,
  });
  const m = await project.run("main.js");
  for (const way of m.ways) {
    assertEquals((assertThrows(way, Error) as Error & { code: string }).code, "NUVOM_LOADER_BUILTIN_REFUSED");
  }
  assertEquals(m.main, [true, null, 0, "function"]);
  const said: unknown[] = [];
  const real = globalThis.console;
  // As a realm does it: after the stand-ins were loaded.
  globalThis.console = { ...real, log: (x) => said.push(x), error: (x) => said.push(x) };
  try {
    m.say("hello");
  } finally {
    globalThis.console = real;
  }
  assertEquals(said, ["hello", "hello"]);
});

Deno.test("a timer has the methods that packages for Node call", async () => {
  await using project = await TestProject.with({
    "main.js":
      `const timer = setTimeout(() => {}, 1e6); export const kinds = [typeof timer.unref, typeof timer.refresh]; clearTimeout(timer);
      const every = setInterval(() => {}, 1e6); every.unref(); clearInterval(every); export const fired = await new Promise((r) => setTimeout(r, 1, "fired"));`,
  });
  const m = await project.run("main.js");
  assertEquals([m.kinds, m.fired], [["function", "function"], "fired"]);
});

Deno.test("the shims leave no global behind", async () => {
  await using project = await TestProject.with({
    "main.js": "import 'node:process'; import 'node:module'; import 'nuvom'",
  });
  const before = Reflect.ownKeys(globalThis).length;
  await project.run("main.js");
  assertEquals([Reflect.ownKeys(globalThis).length, BRIDGE in globalThis], [before, false]);
});
