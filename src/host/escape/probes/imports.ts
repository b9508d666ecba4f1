/** Files of the disk, taken by the module loader: it asks for no permission in an executable. @module */

import { HIDDEN_IMPORTS } from "../../../loader/hidden_imports.ts";
import type { EscapeProbe } from "../probe.ts";

const BOTH = ["process", "worker"] as const;

/** The specifiers of a file: its path, and its URL as it is and in disguise. */
const SPECIFIERS = String.raw`
const spellings = (path) => ["file://" + path, path, "file://localhost" + path, "FILE://" + path, "file:" + path, " file://" + path,
  "file://" + path + "?x", "file://" + path + "#x", "file://" + path.replace("secret", "%73ecret"), "file:///x/.." + path, "./" + "../".repeat(20) + path.slice(1)];
const kinds = [[scene.js, {}], [scene.json, { with: { type: "json" } }], [scene.text, { with: { type: "text" } }], [scene.text, { with: { type: "bytes" } }]];
`;

export const IMPORT_PROBES: readonly EscapeProbe[] = [
  {
    name: "import of a file, standing in the module",
    promisedBy: BOTH,
    measure: "ways",
    imports: `import secret from "./static.js";`,
    refusedAtLoad: "NUVOM_LOADER_OUTSIDE_ROOT",
    modules: ({ js }) => ({ "static.js": `import secret from "${js}";\nexport default secret;\n` }),
    source: () => `await way("static", () => secret);`,
  },
  ...(["js", "json", "text"] as const).map((kind): EscapeProbe => ({
    name: `import() of a ${kind} file by a literal specifier`,
    promisedBy: BOTH,
    measure: "ways",
    refusedAtLoad: "NUVOM_LOADER_OUTSIDE_ROOT",
    source: (scene) =>
      `await way("literal", () => import("file://${scene[kind]}"${
        kind === "js" ? "" : `, { with: { type: "${kind}" } }`
      }).then((m) => m.default));`,
  })),
  {
    name: "import of JSON, JavaScript and text by a computed specifier",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      `${SPECIFIERS}
for (const [path, options] of kinds) for (const each of spellings(path)) await way(each + JSON.stringify(options), () => import(each, options));
await way("toString", () => { let n = 0; return import({ toString: () => n++ ? "file://" + scene.js : "nuvom" }).then((m) => m.default); });
await way("type getter", () => { let n = 0; return import("file://" + scene.json, { with: { get type() { return n++ ? "json" : "js" } } }); });
await way("data", () => import("data:text/" + "javascript,export default 1"));
await way("blob", () => import(URL.createObjectURL(new Blob(["export default 1"], { type: "text/javascript" }))));
await way("https", () => import("https://127.0.0.1:" + scene.port + "/x.js"));
await way("npm", () => import("npm:" + "ms"));
await way("own folder", () => import(ownFolder + "guard.js"));
await way("meta.resolve", () => import(import.meta.resolve("file://" + scene.js)));`,
  },
  {
    name: "import of a file after globals of the guard were changed",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      `const url = "file://" + scene.js, real = { parse: JSON.parse, assign: Object.assign, create: Object.create, URL: G.URL, indexOf: String.prototype.indexOf };
const iterator = Array.prototype[Symbol.iterator];
Object.prototype[url] = "nuvom"; Object.prototype["js " + url] = url;
JSON.parse = () => ({ [url]: url }); Object.assign = () => ({ [url]: url }); Object.create = () => ({ [url]: url });
G.URL = class { constructor() { this.href = "nuvom" } }; String.prototype.indexOf = () => 0;
const first = import(url), second = import("nu" + "vom"); Array.prototype[Symbol.iterator] = function* () { yield url };
const third = import(url);
Array.prototype[Symbol.iterator] = iterator; JSON.parse = real.parse; Object.assign = real.assign; Object.create = real.create; G.URL = real.URL; String.prototype.indexOf = real.indexOf;
delete Object.prototype[url]; delete Object.prototype["js " + url];
await way("first", () => first.then((m) => m.default));
await way("second", () => second.then((m) => m.default));
await way("third", () => third.then((m) => m.default));`,
  },
  {
    name: "import made by eval, constructors of functions and node:vm",
    promisedBy: BOTH,
    measure: "ways",
    source: () =>
      `const text = "import('file://" + scene.js + "').then((m) => m.default)";
const body = "return " + text;
const constructors = [function () {}, async function () {}, function* () {}, async function* () {}, () => {}, class {}, { m() {} }.m].map((f) => f.constructor);
await way("eval", () => (0, eval)(text));
await way("direct eval", () => eval(text));
await way("global eval", () => G.eval(text));
const valueOf = async (made) => made?.next ? (await made.next()).value : made;
for (const [i, C] of constructors.entries()) {
  for (const [what, code] of [["import", body], ["code", "return 1"]]) {
    await way(what + " by constructor " + i, () => valueOf(C(code)()));
    await way(what + " by new " + i, () => valueOf(new C(code)()));
  }
}
await way("eval of code", () => (0, eval)("1"));
await way("Reflect.construct", () => Reflect.construct(Function, [body])());
await way("Function", () => Function(body)());
await way("setTimeout", () => new Promise((resolve, reject) => { G.took = resolve; setTimeout("took(1)", 1); setTimeout(() => reject(new Error("no")), 50) }));
await way("setInterval", () => new Promise((resolve, reject) => { G.took = resolve; const id = setInterval("took(1)", 1); setTimeout(() => { clearInterval(id); reject(new Error("no")) }, 50) }));
for (const name of ["vm", "node:vm"]) {
  await way("import " + name, () => import(name));
  await way("require " + name, async () => (await import("node:module")).createRequire("file:///x.js")(name));
}
await way("vm", async () => (await import("node:" + "vm")).runInThisContext(text));
await way("ShadowRealm", () => new ShadowRealm().importValue("file://" + scene.js, "default"));`,
  },
  {
    name: `imports hidden in ${HIDDEN_IMPORTS.length} ways`,
    promisedBy: BOTH,
    measure: "ways",
    modules: ({ js }) =>
      Object.fromEntries(
        HIDDEN_IMPORTS.map((snippet, i) => [`hidden_${i}.js`, `const S = "file://${js}?${i}";${snippet}`]),
      ),
    source: () =>
      `${HIDDEN_IMPORTS.map((_, i) => `await import("./hidden_${i}.js").catch(() => {});`).join("\n")}
// Few of them wait for what they import.
await new Promise((resolve) => setTimeout(resolve, 300));
const loaded = G.escaped ?? [];
for (const [i, snippet] of ${JSON.stringify(HIDDEN_IMPORTS)}.entries()) await way(snippet, () => loaded.includes(i));`,
  },
];
