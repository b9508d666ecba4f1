/** The module around a probe: what it tries its ways with. @module */

import type { EscapeProbe } from "./probe.ts";
import type { Scene } from "./scene.ts";

/** What a probe without end prints when it begins. */
export const BEGUN = "BEGUN";

/** How long a way may take to lead somewhere. */
const WAY_MS = 2_000;

/** The probe's task module. All that judges is taken before the probe may change a global. */
export function probeModule(probe: EscapeProbe, scene: Scene): string {
  return `import { task, jobContext } from "nuvom";
${probe.imports ?? ""}
const scene = ${JSON.stringify(scene)};
const ways = [], G = globalThis;
const { setTimeout, clearTimeout, Promise, String, Error, console } = G;
const describe = String, race = Promise.race.bind(Promise);
async function way(name, attempt) {
  const found = { name, open: false, said: "" };
  ways[ways.length] = found;
  let timer;
  try {
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("nothing came of it")), ${WAY_MS}) });
    const got = await race([attempt(), late]);
    found.open = got !== undefined && got !== null && got !== false;
    try { found.said = describe(got).slice(0, 200); } catch { found.said = typeof got; }
  } catch (error) {
    try { found.said = describe(error).slice(0, 200); } catch { found.said = "an error"; }
  }
  clearTimeout(timer);
}
// The folder that the modules of this run lie in, which their own import.meta does not tell.
const ownFolder = /file:\\S+\\//.exec(new Error().stack)?.[0] ?? "file:///nowhere/";
const has = (text) => describe(text).includes(scene.needle);
const begin = () => console.log(${JSON.stringify(BEGUN)});
export const escape = task({ name: "escape", timeout: "1h" }, async () => {
${probe.source(scene)}
return ways;
});
export const alive = task({ name: "alive" }, (value) => value);
`;
}
