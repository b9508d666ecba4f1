/** What takes the time and the memory of others. @module */

import { WINDOW } from "../../../sandbox/mod.ts";
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

/** A body that ends by itself. @param ends See {@linkcode EscapeProbe.ends}. */
function flood(name: string, code: string, ends?: string): EscapeProbe {
  return { name, promisedBy: PROCESS, measure: "flood", source: () => `begin();\n${REFUSED}${code}`, ends };
}

/** A way that leads somewhere unless the call is refused with the code, before anything is sent. */
const REFUSED = `const refused = (code, call) => {
  const sent = new Promise((resolve) => setTimeout(() => resolve("it was sent"), 1000));
  return race([call().then(() => "it was answered", (error) => error.code !== code && describe(error)), sent]);
};
const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
const nested = (depth) => { let list = []; for (let i = 0; i < depth; i++) list = [list]; return list };
`;

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
  {
    // In one turn of its loop it hears of nothing that the host has taken.
    ...flood(
      "flood of lines",
      `const line = "x".repeat(200);
await way("in one turn", () => { for (let i = 0; i < 300000; i++) console.log(line) });`,
    ),
    mostPrinted: WINDOW,
  },
  flood(
    "flood of calls",
    `let others = "", busy = 0;
const call = (i) => alive.delay(i).catch(({ code }) => { if (code === "NUVOM_RPC_BUSY") busy++; else others = code });
for (let turn = 0; turn < 10; turn++) { for (let i = 0; i < 20000; i++) call(i); await pause() }
await way("calls without end", () => others || (busy >= 180000 ? false : busy + " of 200000 were refused"));`,
  ),
  flood(
    "messages of 300 MB",
    `const large = new TextDecoder().decode(new Uint8Array(300 << 20).fill(120));
await way("a print", () => { console.log(large) });
await way("a line of the log", () => { jobContext().log.info(large) });
await way("arguments", () => refused("NUVOM_PAYLOAD_TOO_LARGE", () => alive.delay(large)));
const part = "x".repeat(3 << 20);
await way("90 MB of jobs", () => refused("NUVOM_RPC_TOO_LARGE", () => alive.map(Array.from({ length: 30 }, () => [part]))));`,
  ),
  flood(
    "result of 300 MB",
    "return new TextDecoder().decode(new Uint8Array(300 << 20).fill(120));",
    "NUVOM_PAYLOAD_TOO_LARGE",
  ),
  flood(
    "messages that are nested deeply",
    `for (const depth of [100, 3000, 1000000]) {
  const deep = nested(depth);
  await way(depth + " in the log", () => { jobContext().log.info("deep", { deep }) });
  if (depth > 500) await way(depth + " in arguments", () => refused("NUVOM_ARGS_NOT_JSON", () => alive.delay(deep)));
}
const text = "[".repeat(5000000) + "]".repeat(5000000);
await way("a text of brackets", () => { console.log(text); jobContext().log.info(text) });
await way("an error of brackets", async () => { G.queueMicrotask(() => { throw new Error(text) }); await pause() });`,
  ),
  flood("error with a message of 10 MB", 'throw new Error("[".repeat(10 << 20));', "Error"),
  flood("result that is nested deeply", "return nested(3000);", "NUVOM_RESULT_NOT_JSON"),
];
