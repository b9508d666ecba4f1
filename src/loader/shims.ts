/**
 * Modules of our own in place of built-ins that lead round the sandbox: enough of each for npm clients to load and
 * work, nothing that reaches the process, the loader or a descriptor.
 * @module
 */

import { builtinTarget, REQUIRABLE, shimFile } from "./builtins.ts";
import { BRIDGE, SDK_EXPORTS } from "./guest_bridge.ts";
import { STAND_INS } from "./stand_ins.ts";

/** The stub modules of a prepared folder by file name. */
export function stubModules(): ReadonlyMap<string, string> {
  return new Map([
    ["nuvom.js", sdkStub()],
    ["descriptors.js", DESCRIPTORS],
    [shimFile("process"), PROCESS],
    [shimFile("module"), moduleShim()],
    [shimFile("net"), NET],
    [shimFile("tty"), TTY],
    [shimFile("v8"), V8],
    [shimFile("cluster"), CLUSTER],
    ["timers.js", TIMERS],
    ...STAND_INS,
  ]);
}

function sdkStub(): string {
  const lines = SDK_EXPORTS.map((name) => `export const ${name} = sdk.${name};`);
  return `const { sdk } = globalThis.${BRIDGE};\n${lines.join("\n")}\n`;
}

/** `require` of a fixed table: CommonJS inside of bundles asks for built-ins this way. */
function moduleShim(): string {
  const imports = REQUIRABLE.map((name, i) => `import * as m${i} from ${JSON.stringify(builtinTarget(name))};`);
  const entries = REQUIRABLE.map((name, i) => `  [${JSON.stringify(name)}, m${i}.default ?? m${i}],`);
  return `${imports.join("\n")}
const table = new Map([
${entries.join("\n")}
]);
const get = table.get.bind(table), has = table.has.bind(table);
function require(specifier) {
  const name = String(specifier).startsWith("node:") ? String(specifier).slice(5) : String(specifier);
  if (has(name)) return get(name);
  const error = new Error("Cannot find module '" + specifier + "': what createRequire() gives knows only the built-in modules that are permitted here. Import it, or bundle the module.");
  error.code = "MODULE_NOT_FOUND";
  throw error;
}
require.resolve = (specifier) => specifier;
require.cache = Object.create(null);
export function createRequire() { return require; }
export const builtinModules = [...table.keys()];
export function isBuiltin(name) { return has(String(name).replace(/^node:/, "")); }
class Module { static createRequire = createRequire; static builtinModules = builtinModules; static isBuiltin = isBuiltin; }
export { Module };
export default Module;
`;
}

/**
 * `new net.Socket({ fd })`, `net.connect({ fd })` and `http.request({ fd })` all take over a descriptor of the process
 * by these two methods, whatever the permissions of the realm (seen in Deno 2.9). No shim of `node:net` can hide them
 * all: `node:tls` and `node:http` lead there as well.
 */
const DESCRIPTORS = `const binding = globalThis.process?.binding;
const refuse = () => { throw new Error("A socket on an existing descriptor is not available to plugins and tasks."); };
for (const [wrap, name] of binding === undefined ? [] : [["pipe_wrap", "Pipe"], ["tcp_wrap", "TCP"]]) {
  const prototype = binding.call(globalThis.process, wrap)[name].prototype;
  for (const method of ["open", "openFromRid"]) {
    const found = Object.getOwnPropertyDescriptor(prototype, method);
    if (method in prototype && found?.configurable !== false) Object.defineProperty(prototype, method, { value: refuse, writable: false, configurable: false });
  }
}
`;

/** Before Deno 2.9 a timer is a number, and packages made for Node call its methods. */
const TIMERS = `import * as timers from "node:timers";
const probe = setTimeout(() => {}, 0);
clearTimeout(probe);
for (const name of typeof probe === "number" ? ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] : []) {
  Object.defineProperty(globalThis, name, { value: timers[name], writable: true, enumerable: true, configurable: true });
}
`;

const PROCESS = `const { env: granted, write } = globalThis.${BRIDGE};
import { EventEmitter } from "node:events";
const started = performance.now();
const { os, arch: cpu } = globalThis.Deno?.build ?? { os: "linux", arch: "x86_64" };
const platform = os === "windows" ? "win32" : os, arch = cpu === "aarch64" ? "arm64" : "x64";
const emitter = new EventEmitter(), decoder = new TextDecoder();
const stream = (name) => ({
  isTTY: false, writable: true, fd: -1,
  write(text, encoding, done) { write(name, typeof text === "string" ? text : decoder.decode(text)); const fn = typeof encoding === "function" ? encoding : done; fn?.(); return true; },
  end() {}, on() { return this; }, once() { return this; }, off() { return this; }, removeListener() { return this; }, emit() { return false; },
});
const refused = (what) => () => { throw new Error("process." + what + " is not available to plugins and tasks."); };
function hrtime(previous) {
  const ms = performance.now() - started;
  let seconds = Math.floor(ms / 1e3), nanos = Math.floor((ms % 1e3) * 1e6);
  if (previous) { seconds -= previous[0]; nanos -= previous[1]; if (nanos < 0) { seconds -= 1; nanos += 1e9; } }
  return [seconds, nanos];
}
hrtime.bigint = () => BigInt(Math.floor((performance.now() - started) * 1e6));
const memoryUsage = Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 });
const process = {
  env: Object.assign({}, granted), argv: [], argv0: "nuvom", execArgv: [], execPath: "", title: "nuvom", pid: 1, ppid: 0,
  platform, arch, version: "v22.0.0", versions: { node: "22.0.0" }, release: { name: "node" }, features: {}, config: {},
  exitCode: undefined, connected: false, allowedNodeEnvironmentFlags: new Set(),
  stdout: stream("stdout"), stderr: stream("stderr"), stdin: { isTTY: false, fd: -1, on() { return this; }, once() { return this; }, resume() {}, pause() {} },
  cwd: () => "/", uptime: () => (performance.now() - started) / 1e3, umask: () => 0o077, hrtime, memoryUsage,
  cpuUsage: () => ({ user: 0, system: 0 }), resourceUsage: () => ({}), getuid: () => 0, getgid: () => 0, geteuid: () => 0, getegid: () => 0,
  nextTick: (fn, ...args) => queueMicrotask(() => fn(...args)),
  emitWarning: (warning) => write("stderr", String(warning?.message ?? warning) + "\\n"),
  exit: refused("exit"), kill: refused("kill"), abort: refused("abort"), chdir: refused("chdir"), reallyExit: refused("reallyExit"),
  binding: refused("binding"), dlopen: refused("dlopen"), setUncaughtExceptionCaptureCallback() {}, hasUncaughtExceptionCaptureCallback: () => false,
};
for (const name of ["on", "once", "off", "addListener", "removeListener", "prependListener", "removeAllListeners"]) {
  process[name] = (...args) => { emitter[name](...args); return process; };
}
process.emit = () => false;
process.listeners = (name) => emitter.listeners(name);
process.listenerCount = (name) => emitter.listenerCount(name);
export const {
  env, argv, argv0, execArgv, execPath, title, pid, ppid, version, versions, release, stdout, stderr, stdin, cwd, uptime, umask, cpuUsage,
  nextTick, emitWarning, exit, kill, abort, chdir, on, once, off, emit, addListener, removeListener,
} = process;
export { arch, hrtime, memoryUsage, platform };
export default process;
`;

const NET = `import * as net from "node:net";
const clean = (options) => {
  const fd = typeof options === "number" ? options : options?.fd;
  if (fd !== undefined && fd !== null) throw new Error("A socket on an existing descriptor is not available to plugins and tasks.");
};
// Not a subclass: what net.connect() gives must be an instance, and the prototype of a subclass is the real thing.
const Socket = new Proxy(net.Socket, {
  construct: (target, args, self) => { clean(args[0]); return Reflect.construct(target, args, self); },
  apply: (target, self, args) => { clean(args[0]); return Reflect.apply(target, self, args); },
});
const { Server, createServer, connect } = net;
const { isIP, isIPv4, isIPv6, BlockList, SocketAddress, getDefaultAutoSelectFamily, setDefaultAutoSelectFamily,
  getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout } = net;
const Stream = Socket, createConnection = connect;
export { Socket, Stream, Server, createServer, connect, createConnection, isIP, isIPv4, isIPv6, BlockList, SocketAddress,
  getDefaultAutoSelectFamily, setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout };
export default { Socket, Stream, Server, createServer, connect, createConnection, isIP, isIPv4, isIPv6, BlockList, SocketAddress,
  getDefaultAutoSelectFamily, setDefaultAutoSelectFamily, getDefaultAutoSelectFamilyAttemptTimeout, setDefaultAutoSelectFamilyAttemptTimeout };
`;

const TTY = `export const isatty = () => false;
const refuse = () => { throw new Error("A terminal is not available to plugins and tasks."); };
export class ReadStream { constructor() { refuse(); } }
export class WriteStream { constructor() { refuse(); } }
export default { isatty, ReadStream, WriteStream };
`;

const V8 =
  `export const getHeapStatistics = () => ({ total_heap_size: 0, used_heap_size: 0, heap_size_limit: 0, total_available_size: 0,
  total_physical_size: 0, malloced_memory: 0, peak_malloced_memory: 0, does_zap_garbage: 0, number_of_native_contexts: 0, number_of_detached_contexts: 0 });
export const getHeapSpaceStatistics = () => [];
export const setFlagsFromString = () => {};
export default { getHeapStatistics, getHeapSpaceStatistics, setFlagsFromString };
`;

const CLUSTER = `export const isMaster = true, isPrimary = true, isWorker = false, workers = {}, settings = {};
export const on = () => {}, once = () => {}, off = () => {}, emit = () => false;
export const fork = () => { throw new Error("node:cluster is not available to plugins and tasks."); };
export default { isMaster, isPrimary, isWorker, workers, settings, on, once, off, emit, fork };
`;
