/** Takes away, before foreign code runs, what leads out of the realm or into its inside. @module */

import { guestConsole } from "./console.ts";
import { guestCommand } from "./command.ts";
import { guestServe } from "./serve.ts";
import { shieldMessages } from "./shield_messages.ts";
import { closeStandardStreams } from "./standard_streams.ts";

/** What of `Deno` stays: Deno checks the realm's permissions inside of each (it did not in `umask` before 2.9). */
const KEPT = [
  "FsFile HttpClient SeekMode build errors inspect noColor version",
  "chmod chmodSync chown chownSync copyFile copyFileSync create createSync link linkSync lstat lstatSync",
  "makeTempDir makeTempDirSync makeTempFile makeTempFileSync mkdir mkdirSync open openSync readDir readDirSync",
  "readFile readFileSync readLink readLinkSync readTextFile readTextFileSync realPath realPathSync remove removeSync",
  "rename renameSync stat statSync symlink symlinkSync truncate truncateSync utime utimeSync watchFs",
  "writeFile writeFileSync writeTextFile writeTextFileSync",
  "connect connectTls listen listenDatagram listenTls serve startTls upgradeWebSocket resolveDns createHttpClient",
  "hostname loadavg networkInterfaces osRelease systemMemoryInfo uid gid refTimer unrefTimer",
].join(" ").split(" ");

const WITH_RUN = ["Command", "ChildProcess"];
const WITH_FFI = ["dlopen", "UnsafeCallback", "UnsafeFnPointer", "UnsafePointer", "UnsafePointerView"];

const REMOVED = [
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "EventSource",
  "caches",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "alert",
  "confirm",
  "prompt",
  "close",
  "name",
  "postMessage",
  "onmessage",
  "onmessageerror",
  "importScripts",
];

/** What {@linkcode narrowGlobals} leaves and puts in. */
export interface NarrowOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly run: boolean;
  readonly ffi: boolean;
  readonly process: unknown;
  output(stream: "stdout" | "stderr", text: string): void;
}

/** Narrows `globalThis` for good. */
export function narrowGlobals(options: NarrowOptions): void {
  const scope = globalThis as unknown as Record<string, unknown>;
  const real = Deno as unknown as Record<PropertyKey, unknown>;
  const internal = real["internal"] as PropertyKey | undefined;
  const console = guestConsole(Deno.inspect, options.output);
  const kept = [...KEPT, ...(options.run ? WITH_RUN : []), ...(options.ffi ? WITH_FFI : [])];
  const narrow: Record<string, unknown> = { args: [], env: envFacade(options.env) };
  for (const name of kept) if (name in real) narrow[name] = real[name];
  if (options.run) narrow.Command = guestCommand(Deno.Command);
  narrow.serve = guestServe(Deno.serve as never, (level, ...args) => console[level]!(...args));
  if (internal !== undefined) delete real[internal];
  for (const name of REMOVED) remove(scope, name);
  // Locks by a name that all threads of the process share.
  remove(Object.getPrototypeOf(navigator), "locks");
  closeStandardStreams();
  shieldMessages();
  replace(scope, "Deno", Object.freeze(narrow));
  replace(scope, "process", options.process);
  replace(scope, "eval", refuseEval);
  replace(scope, "console", console);
}

function envFacade(env: Readonly<Record<string, string>>): unknown {
  const values = new Map(Object.entries(env));
  const refuse = () => {
    throw new TypeError("The environment of a realm can't be changed; grant variables in the manifest.");
  };
  return Object.freeze({
    get: (name: string) => values.get(name),
    has: (name: string) => values.has(name),
    toObject: () => Object.fromEntries(values),
    set: refuse,
    delete: refuse,
  });
}

/** Packages name `eval` without calling it, so it may not be gone. */
function refuseEval(): never {
  throw new EvalError("Code is not made from text in plugins and tasks.");
}

function remove(scope: Record<string, unknown>, name: string): void {
  // Some of these are accessors of a prototype: an own undefined hides them where delete can't reach.
  if (name in scope && !(Reflect.deleteProperty(scope, name) && !(name in scope))) replace(scope, name, undefined);
}

function replace(scope: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(scope, name, { value, writable: false, enumerable: true, configurable: false });
}
