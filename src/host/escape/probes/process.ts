/** What belongs to the process and to whoever started it. @module */

import type { EscapeProbe } from "../probe.ts";

const BOTH = ["process", "worker"] as const;

const MODULES =
  `import * as fs from "node:fs"; import * as fsp from "node:fs/promises"; import * as os from "node:os"; import * as nodeProcess from "node:process"; import { Buffer } from "node:buffer";
import * as net from "node:net"; import * as http from "node:http"; import * as tls from "node:tls"; import * as tty from "node:tty"; import * as threads from "node:worker_threads";`;

export const PROCESS_PROBES: readonly EscapeProbe[] = [
  {
    name: "environment, arguments, host name and users",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    forbidden:
      () => [{ kind: "sys", item: "hostname" }, { kind: "env", item: "PATH" }, { kind: "sys", item: "userInfo" }],
    source: () =>
      String.raw`const { default: process, argv, env, execPath, argv0 } = nodeProcess;
for (const [name, object] of Object.entries({ global: G.process.env, module: env, "default": process.env, deno: Deno.env.toObject() })) {
  for (const variable of ["PATH", "HOME", "USER", "DENO_DIR", "NUVOM_CACHE_DIR", "PWD"]) await way(name + " " + variable, () => object[variable]);
}
await way("Deno.env.get", () => Deno.env.get("PATH"));
await way("Deno.args", () => Deno.args.length > 0);
await way("argv", () => [...argv, ...G.process.argv, ...process.execArgv].length > 0);
await way("execPath", () => execPath || G.process.execPath || Deno.execPath);
await way("argv0", () => argv0 !== "nuvom");
await way("pid", () => Deno.pid ?? Deno.ppid);
await way("mainModule", () => Deno.mainModule ?? G.process.mainModule);
await way("cwd", () => G.process.cwd() !== "/" && G.process.cwd());
await way("Deno.cwd", () => Deno.cwd());
await way("hostname", () => Deno.hostname());
for (const name of ["hostname", "userInfo", "networkInterfaces", "homedir"]) await way("os." + name, () => os[name]());
await way("os.setPriority", () => os.setPriority(19) ?? true);
await way("os.release", () => os.release());
for (const name of ["loadavg", "freemem", "totalmem", "uptime"]) await way("os." + name, () => os[name]());
for (const name of ["uid", "gid", "osRelease", "systemMemoryInfo", "networkInterfaces", "loadavg"]) await way("Deno." + name, () => Deno[name]());
await way("location", () => G.location && !has(G.location) && /\/guest\//.test(G.location.href) === false && G.location.href);
for (const file of ["environ", "cmdline", "fd/0", "maps"]) for (const id of ["self", "1", "thread-self"]) await way(id + "/" + file, () => fs.readFileSync("/proc/" + id + "/" + file, "utf8"));`,
  },
  {
    name: "standard input and raw standard output, by descriptors and by their classes",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ inside }) => ({
      read: [inside, "/dev", "/proc"],
      write: [inside, "/dev", "/proc"],
      net: ["127.0.0.1:0"],
    }),
    source: () =>
      String.raw`const bytes = new TextEncoder().encode("RAW");
const file = await Deno.open(scene.inside + "/mine", { create: true, write: true, read: true }), handle = await fsp.open(scene.inside + "/mine", "r+");
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const pending = listener.accept().catch(() => {});
for (const fd of [0, 1, 2]) {
  await way("writeSync " + fd, () => fs.writeSync(fd, "RAW"));
  await way("writevSync " + fd, () => fs.writevSync(fd, [bytes]));
  await way("writeFileSync " + fd, () => fs.writeFileSync(fd, "RAW") ?? true);
  await way("appendFileSync " + fd, () => fs.appendFileSync(fd, "RAW") ?? true);
  await way("write " + fd, () => new Promise((resolve, reject) => fs.write(fd, "RAW", (error) => error ? reject(error) : resolve(1))));
  await way("readSync " + fd, () => fs.readSync(fd, Buffer.alloc(4)) >= 0);
  await way("readFileSync " + fd, () => fs.readFileSync(fd) ?? true);
  await way("fstatSync " + fd, () => fs.fstatSync(fd));
  await way("createWriteStream " + fd, () => new Promise((resolve, reject) => fs.createWriteStream("", { fd }).on("error", reject).write("RAW", (error) => error ? reject(error) : resolve(1))));
  await way("createReadStream " + fd, () => new Promise((resolve, reject) => fs.createReadStream("", { fd }).on("error", reject).on("data", resolve).on("end", () => resolve(1))));
  await way("FileHandle " + fd, () => new handle.constructor(fd).write("RAW"));
  for (const symbol of [undefined, Symbol.for("Deno.internal.FsFile"), ...Object.getOwnPropertySymbols(file)]) await way("FsFile " + fd + describe(symbol), () => new file.constructor(fd, symbol).writeSync(bytes));
  await way("Listener " + fd, () => new listener.constructor(fd, listener.addr).accept());
  await way("tty.WriteStream " + fd, () => new tty.WriteStream(fd));
  await way("tty.ReadStream " + fd, () => new tty.ReadStream(fd));
  for (const path of ["/dev/fd/" + fd, "/proc/self/fd/" + fd, "/dev/" + ["stdin", "stdout", "stderr"][fd]]) {
    await way("read " + path, () => Deno.openSync(path));
    await way("write " + path, () => fs.openSync(path, "w"));
    await way("stream " + path, () => new Promise((resolve, reject) => fs.createWriteStream(path).on("error", reject).on("open", resolve)));
  }
}
file.close(); await handle.close(); listener.close(); await pending;
await way("Deno.stdout", () => Deno.stdout ?? Deno.stderr ?? Deno.stdin);
await way("process.stdin", () => G.process.stdin.fd >= 0 || G.process.stdout.fd >= 0);`,
  },
  {
    name: "connections made of descriptors by their class",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ redirectPort }) => ({ net: [`127.0.0.1:${redirectPort}`] }),
    source: () =>
      String.raw`const connection = await Deno.connect({ hostname: "127.0.0.1", port: scene.redirectPort });
const Conn = connection.constructor, bytes = new TextEncoder().encode("RAW"), { remoteAddr, localAddr } = connection;
for (const fd of [0, 1, 2]) {
  await way("write " + fd, () => new Conn(fd, remoteAddr, localAddr).write(bytes));
  await way("read " + fd, async () => await new Conn(fd, remoteAddr, localAddr).read(new Uint8Array(4)) ?? true);
  await way("writable " + fd, async () => { const writer = new Conn(fd, remoteAddr, localAddr).writable.getWriter(); await writer.write(bytes); return false });
}
connection.close();`,
  },
  {
    name: "sockets on existing descriptors",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    grant: ({ redirectPort }) => ({ net: [`127.0.0.1:${redirectPort}`] }),
    source: () =>
      String.raw`const real = Object.getPrototypeOf(tls.TLSSocket.prototype).constructor;
const one = net.connect(scene.redirectPort, "127.0.0.1"); await new Promise((resolve) => one.on("connect", resolve));
const Handle = one._handle?.constructor;
for (let fd = 0; fd < 24; fd++) {
  await way("net.Socket " + fd, () => new net.Socket({ fd }));
  await way("real Socket " + fd, () => new real({ fd }));
  await way("Socket.call " + fd, () => net.Socket.call(new net.Socket(), { fd }) ?? true);
  await way("TLSSocket " + fd, () => new (Object.getPrototypeOf(tls.TLSSocket))({ fd }));
  await way("net.connect " + fd, () => net.connect({ fd }));
  await way("agent " + fd, () => http.globalAgent.createConnection({ fd }));
  await way("handle " + fd, () => { const made = new Handle(0); return made.open(fd) ?? true });
  await way("own handle " + fd, () => one._handle.open(fd) ?? true);
  await way("rid " + fd, () => one._handle.openFromRid(fd) ?? true);
  await way("listen " + fd, () => new Promise((resolve, reject) => new net.Server().on("error", reject).listen({ fd }, () => resolve(1))));
}
one.destroy();`,
  },
  {
    name: "signals to itself, exit, abort",
    promisedBy: BOTH,
    measure: "exit",
    imports: MODULES,
    forbidden: () => [{ kind: "run", item: Deno.execPath() }],
    source: () =>
      String.raw`const { default: process } = nodeProcess;
await way("Deno.exit", () => Deno.exit(0) ?? true);
await way("Deno.kill", () => Deno.kill(Deno.pid ?? 0, "SIGKILL") ?? true);
for (const object of [process, G.process]) {
  for (const name of ["exit", "reallyExit", "abort", "kill"]) await way("process." + name, () => object[name](name === "kill" ? object.pid : 0) ?? true);
  await way("exitCode", () => { object.exitCode = 3; return false });
}
for (const name of ["close", "stop", "terminate"]) await way(name, () => G[name]() ?? true);
await way("self.close", () => Object.getPrototypeOf(G).close?.call(G) ?? G.constructor.prototype.close?.call(G));`,
  },
  {
    name: "end with exit code 0 in the middle of a call",
    promisedBy: ["process"],
    measure: "exit",
    grant: () => ({ ffi: true }),
    source: () =>
      String.raw`begin();
await way("exit of the C library", async () => { const c = Deno.dlopen(Deno.build.os === "darwin" ? "libSystem.dylib" : "libc.so.6", { _exit: { parameters: ["i32"], result: "void" } }); c.symbols._exit(0); return true });`,
  },
  {
    name: "signal handlers",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    source: () =>
      String.raw`for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"]) {
  await way("Deno.addSignalListener " + signal, () => Deno.addSignalListener(signal, () => {}) ?? true);
  await way("process.on " + signal, () => new Promise((resolve, reject) => { G.process.on(signal, resolve); nodeProcess.default.once(signal, resolve); setTimeout(() => reject(new Error("never called")), 20) }));
}`,
  },
  {
    name: "BroadcastChannel to a neighbour",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    source: () =>
      String
        .raw`await way("BroadcastChannel", () => { const channel = new BroadcastChannel(scene.needle); channel.postMessage("hello"); return channel });
await way("of node:worker_threads", () => { const channel = new threads.BroadcastChannel(scene.needle); channel.postMessage("hello"); return channel });
for (const name of ["localStorage", "sessionStorage", "caches", "indexedDB"]) await way(name, () => G[name]);
await way("Deno.openKv", () => Deno.openKv());
await way("environment data", () => { threads.setEnvironmentData("x", 1); return false });
await way("postMessageToThread", () => threads.postMessageToThread(0, "x"));
await way("navigator.locks", () => G.navigator?.locks);`,
  },
  {
    name: "permission request on a terminal",
    promisedBy: BOTH,
    measure: "ways",
    imports: MODULES,
    forbidden: ({ text }) => [{ kind: "read", item: text }],
    source: () =>
      String.raw`await way("Deno.permissions", () => Deno.permissions.request({ name: "read" }));
await way("requestSync", () => Deno.permissions.requestSync({ name: "run" }));
for (const name of ["alert", "confirm", "prompt"]) await way(name, () => { G[name]("Allow?"); return true });
await way("read", () => Deno.readTextFileSync(scene.text));
await way("/dev/tty", () => Deno.openSync("/dev/tty", { read: true, write: true }));
await way("navigator.permissions", () => G.navigator?.permissions?.request?.({ name: "read" }));`,
  },
];
