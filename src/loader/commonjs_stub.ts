/**
 * The part of `commonjs.js` that is the same for every graph.
 *
 * CommonJS modules are kept as text and compiled as scripts, because they are sloppy code and ES modules are not. The
 * compiler is taken before foreign code runs and never leaves this stub; what it compiles was parsed, and its
 * `import()` guarded. Foreign code may have changed every global by then, so whatever decides what runs was taken
 * before as well, and is looked up in objects without a prototype or by `hasOwn`.
 * @module
 */

/** Expects `entries`, `paths` and `texts` to be filled, and `there` to be called, by the lines that follow it. */
export const COMMONJS_STUB = `import { Script } from "node:vm";
import { resolve } from "node:path";
import * as guard from "./guard.js";
const { assign, create, defineProperty, hasOwn } = Object, { apply, ownKeys } = Reflect, run = Script.prototype.runInThisContext;
const base = import.meta.url.slice(0, import.meta.url.lastIndexOf("/") + 1), ErrorHere = Error;
const entries = create(null), paths = create(null), texts = [], ready = create(null), spaces = create(null), interop = create(null);
const cache = create(null), extensions = create(null);
for (const ending of [".js", ".json", ".node"]) extensions[ending] = () => fail("ERR_METHOD_NOT_IMPLEMENTED", "require.extensions is not available.");
const scope = globalThis, describe = Object.getOwnPropertyDescriptor;
const show = apply(run, new Script("(function (define, describe, scope, process) {" +
  " if (scope.process !== process) define(scope, 'process', { __proto__: null, value: process, writable: false, enumerable: true, configurable: false });" +
  " return describe(scope, 'process')?.value ?? scope.process; })"), []);
const there = (target, space) => { ready[target] = "default" in space ? space.default : space; };
function fail(code, message) {
  const error = new ErrorHere(message);
  error.code = code;
  throw error;
}
class Module {
  constructor({ path, folder }, parent) {
    assign(this, { id: path, path: folder, exports: {}, filename: path, loaded: false, children: [], paths: [] });
    defineProperty(this, "parent", { value: parent, writable: true, configurable: true });
  }
}
function load(index, parent) {
  const entry = entries[index], known = cache[entry.path];
  if (known !== undefined) return known.exports;
  const module = cache[entry.path] = new Module(entry, parent);
  try {
    execute(index, entry, module);
    module.loaded = true;
  } finally {
    if (!module.loaded) delete cache[entry.path];
  }
  return module.exports;
}
function execute(index, entry, module) {
  const script = new Script(texts[index], { __proto__: null, filename: base + entry.script });
  const body = apply(run, script, [])(guard["load" + index]);
  const require = requireOf(entry, module);
  defineProperty(module, "require", { value: require, writable: true, configurable: true });
  apply(body, module.exports, [module.exports, require, module, entry.path, entry.folder]);
}
function requireOf(entry, module) {
  const require = (specifier) => take(meaningOf(entry, checked(specifier)), module);
  return assign(require, { resolve: assign((specifier) => pathOf(entry, checked(specifier)), { paths: () => null }), main: undefined, extensions, cache });
}
function checked(specifier) {
  if (typeof specifier !== "string") fail("ERR_INVALID_ARG_TYPE", 'The "id" argument of require must be a string.');
  return specifier;
}
function take(meaning, parent) {
  if (typeof meaning === "number") return load(meaning, parent);
  if (typeof meaning === "string") return ready[meaning];
  return hasOwn(meaning, "space") ? required(meaning.space) : fail(meaning[0], meaning[1]);
}
function meaningOf(entry, specifier) {
  if (hasOwn(entry.requires, specifier)) return entry.requires[specifier];
  const name = specifier.replace(/^node:/, "");
  for (const target of ["node:" + name, "./shim_" + name + ".js"]) if (ready[target] !== undefined) return target;
  const path = pathIn(entry, specifier);
  return path === undefined ? missing(entry, specifier) : paths[path];
}
function pathOf(entry, specifier) {
  const found = hasOwn(entry.resolves, specifier) ? entry.resolves[specifier] : pathIn(entry, specifier);
  return typeof found === "string" ? found : fail(...(found ?? missing(entry, specifier)));
}
function pathIn({ folder }, specifier) {
  if (specifier[0] !== "." && specifier[0] !== "/") return undefined;
  const path = resolve(folder, specifier);
  for (const end of ["", ".js", ".json", "/index.js"]) if (paths[path + end] !== undefined) return path + end;
}
function missing({ path }, specifier) {
  return ["MODULE_NOT_FOUND", "Cannot find module '" + specifier + "' from " + path +
    ": it is not part of the verified modules. Require it by a literal specifier."];
}
/** As in Node: what was made for both worlds says so. */
function required(index) {
  const space = spaces[index];
  if ("module.exports" in space) return space["module.exports"];
  if (!("default" in space) || "__esModule" in space) return space;
  if (interop[index] !== undefined) return interop[index];
  const made = create(null, { __esModule: { value: true, enumerable: true } });
  for (const key of ownKeys(space)) defineProperty(made, key, { get: () => space[key], enumerable: typeof key === "string" });
  return interop[index] = made;
}
export function provide(index, space) { spaces[index] = space; }
export function start(index, names) {
  // In Deno 2.7 scripts have a \`process\` of their own: that of Node, whatever a realm has put in its place.
  if (show(defineProperty, describe, scope, scope.process) !== scope.process) {
    fail("NUVOM_LOADER_COMMONJS", "CommonJS modules can't run here: the process of Node could not be taken away.");
  }
  const found = load(index, undefined), values = [];
  for (let i = 0; i < names.length; i++) {
    try { if (hasOwn(found, names[i])) values[i] = found[names[i]]; } catch { /* a getter that throws is no export */ }
  }
  return { found, values };
}`;
