/** The conversation between host and guest. @module */

import type { EscapeProbe } from "../probe.ts";

const BOTH = ["process", "worker"] as const;

export const MESSAGE_PROBES: readonly EscapeProbe[] = [
  {
    name: "prototype tricks in what the host is told",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      String.raw`const tricky = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}');
await way("log", () => { console.log(tricky); return false });
await way("progress", () => { jobContext()?.progress?.(0.5, tricky); return false });
await way("enqueue", async () => { await alive.delay?.(tricky); return false });
await way("thenable", async () => { console.log({ then(resolve) { resolve(1) } }); return false });
await way("getter", () => { console.error({ get message() { throw new Error("getter") } }); return false });
await way("toJSON", () => { console.log({ toJSON() { return tricky } }); return false });
ways[ways.length] = Object.assign(JSON.parse('{"__proto__":{"polluted":1}}'), { name: "result", open: false, said: "" });`,
  },
  {
    name: "setters and accessors on the prototypes of events",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      String.raw`const taken = [], sample = new MessageEvent("x"); new EventTarget().dispatchEvent(sample);
const keys = Reflect.ownKeys(sample);
for (const prototype of [Object.prototype, Event.prototype, MessageEvent.prototype]) {
  for (const key of keys) {
    if (key in prototype && Object.hasOwn(prototype, key) && typeof key === "string" && key !== "data") continue;
    try {
      Object.defineProperty(prototype, key, { configurable: true, get() { taken[taken.length] = this; return undefined },
        set(value) { taken[taken.length] = this; Object.defineProperty(this, key, { value, writable: true, configurable: true, enumerable: true }) } });
    } catch {}
  }
}
G.stolen = () => taken.flatMap((it) => { try { return [it, it.target, it.currentTarget] } catch { return [it] } }).filter((it) => { try { return it instanceof MessagePort } catch { return false } });
await alive.delay?.(1).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 200));
await way("the port of the realm", () => G.stolen().length > 0);
for (const prototype of [Object.prototype, Event.prototype, MessageEvent.prototype]) for (const key of keys) { try { delete prototype[key] } catch {} }`,
  },
  {
    name: "globals changed so that messages are read or forged",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      String.raw`const taken = [];
const { isArray } = Array, kinds = { __proto__: null, call: 1, answer: 1, error: 1, note: 1 };
const looks = (it) => typeof it === "string" ? it[0] === "[" && it[1] === '"' && (it[2] === "c" || it[2] === "a" || it[2] === "e" || it[2] === "n") : isArray(it) ? kinds[it[0]] === 1 && (typeof it[1] === "number" || typeof it[2] === "object") : it instanceof MessagePort;
const note = (how, values) => { for (let i = 0; i < values.length; i++) { try { if (looks(values[i])) taken[taken.length] = how } catch {} } };
const originals = [];
const patch = (object, name) => {
  const found = Object.getOwnPropertyDescriptor(object, name);
  if (typeof found?.value !== "function" || !found.configurable) return;
  const real = found.value, apply = Reflect.apply;
  originals[originals.length] = () => Object.defineProperty(object, name, found);
  Object.defineProperty(object, name, { ...found, value: function (...args) { note(describe(name), args); note(describe(name) + ".this", [this]); const got = new.target ? new real(...args) : apply(real, this, args); note(describe(name) + ".result", [got]); return got } });
};
for (const [object, names] of [[JSON, ["parse", "stringify"]], [Promise, ["resolve", "reject", "all", "race", "withResolvers"]], [Promise.prototype, ["then", "catch", "finally"]],
  [Array.prototype, ["push", "shift", "map", "forEach", "slice", "concat", "join", "splice", Symbol.iterator]], [MessagePort.prototype, ["postMessage", "start", "close"]],
  [Map.prototype, ["get", "set", "delete", "has", "keys", "values"]], [Set.prototype, ["add", "has"]], [String.prototype, ["slice", "includes", "startsWith", "split", "replace", "replaceAll"]],
  [Function.prototype, ["call", "apply", "bind"]], [Object, ["assign", "entries", "fromEntries", "keys", "freeze"]], [Reflect, ["get", "set"]], [RegExp.prototype, ["exec", "test"]],
  [EventTarget.prototype, ["dispatchEvent", "addEventListener"]], [G, ["structuredClone", "queueMicrotask"]], [TextEncoder.prototype, ["encode"]], [TextDecoder.prototype, ["decode"]]]) for (const name of names) patch(object, name);
for (const prototype of [Array.prototype, Object.prototype]) { try { Object.defineProperty(prototype, "toJSON", { configurable: true, value() { note("toJSON", [this]); return this } }) } catch {} }
for (const index of ["0", "1"]) Object.defineProperty(Array.prototype, index, { configurable: true, set(value) { note("Array.prototype[" + index + "]", [value]); Object.defineProperty(this, index, { value, writable: true, configurable: true, enumerable: true }) } });
console.log("one"); console.error("two");
await new Promise((resolve) => setTimeout(resolve, 1));
await alive.delay?.(1).catch(() => {});
await new Promise((resolve) => setTimeout(resolve, 100));
for (const index of ["0", "1"]) delete Array.prototype[index];
try { delete Array.prototype.toJSON } catch {}
delete Object.prototype.toJSON;
for (let i = 0; i < originals.length; i++) originals[i]();
for (const how of new Set(taken)) await way(how, () => "a message or a port");
if (taken.length === 0) await way("none of them", () => false);`,
  },
  {
    name: "forged messages by postMessage",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      String.raw`const forged = '["note","output",{"stream":"stdout","text":"FORGED"}]';
await way("postMessage", () => { G.postMessage(forged); return true });
await way("self.postMessage", () => { Object.getPrototypeOf(G).postMessage.call(G, forged); return true });
await way("of its prototype", () => { G.constructor.prototype.postMessage.call(G, forged); return true });
await way("dispatch", () => { G.dispatchEvent(new MessageEvent("message", { data: forged })); return false });
await way("onmessage", () => { G.onmessage = () => {}; return false });
await way("bridge", () => G.__nuvom_guest);
await way("stubs anew", async () => Object.keys(await import(ownFolder + "shim_process.js")));`,
  },
];
