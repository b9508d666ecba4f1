/** What takes the time and the memory of others. @module */

import type { EscapeProbe } from "../probe.ts";

const PROCESS = ["process"] as const;

/** A body that starts at once and then goes on for ever. */
function busy(name: string, code: string): EscapeProbe {
  return {
    name,
    promisedBy: PROCESS,
    measure: "busy",
    source: () => `begin(); await new Promise((r) => setTimeout(r, 20));\n${code}`,
  };
}

function memory(name: string, code: string): EscapeProbe {
  return { name, promisedBy: PROCESS, measure: "memory", source: () => `begin(); const kept = [];\n${code}` };
}

function flood(name: string, code: string): EscapeProbe {
  return { name, promisedBy: PROCESS, measure: "flood", source: () => `begin();\n${code}` };
}

export const LOAD_PROBES: readonly EscapeProbe[] = [
  busy("busy loop", "for (;;);"),
  busy("storm of microtasks", "const again = () => Promise.resolve().then(again); await again();"),
  busy("Atomics.wait", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); for (;;);"),
  busy("regular expression that backtracks", 'for (;;) /^(a+)+$/.test("a".repeat(40) + "b");'),
  memory(
    "heap",
    "for (let i = 0;; i++) { kept.push(new Array(100000).fill(i)); if (i % 20 === 0) await new Promise((r) => setTimeout(r, 1)); }",
  ),
  memory(
    "ArrayBuffer",
    "for (let i = 0;; i++) { kept.push(new Uint8Array(8 << 20).fill(1)); await new Promise((r) => setTimeout(r, 1)); }",
  ),
  memory(
    "WebAssembly memory",
    "for (;;) { const memory = new WebAssembly.Memory({ initial: 128 }); new Uint8Array(memory.buffer).fill(1); kept.push(memory); await new Promise((r) => setTimeout(r, 1)); }",
  ),
  flood("flood of lines", 'for (;;) { for (let i = 0; i < 10000; i++) console.log("x".repeat(200)); await 0; }'),
  flood(
    "flood of calls",
    "const calls = []; for (;;) { for (let i = 0; i < 1000; i++) alive.delay?.(i).catch(() => {}); await new Promise((r) => setTimeout(r, 0)); }",
  ),
  flood("message of 300 MB", 'console.log("x".repeat(300 << 20)); return "y".repeat(300 << 20);'),
  flood("result that is nested deeply", "let deep = []; for (let i = 0; i < 1000000; i++) deep = [deep]; return deep;"),
  flood(
    "text that is nested deeply",
    'const text = "[".repeat(5000000) + "]".repeat(5000000); console.log(text); throw new Error(text);',
  ),
];
