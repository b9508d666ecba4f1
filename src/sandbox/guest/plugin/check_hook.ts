/** Finds what a hook misspells: a method that nobody calls would just never run. @module */

import { type Hook, HOOK_METHODS, nearestName } from "../../../core/mod.ts";
import { hookShape } from "./errors.ts";

const FIELDS: readonly string[] = ["name", "tasks", "queues"];
const KNOWN: readonly string[] = [...HOOK_METHODS, ...FIELDS];

/**
 * An object may hold nothing else; a class may, as long as it can't be meant for one of the methods.
 * @throws {NuvomError} `NUVOM_PLUGIN_HOOK`
 */
export function checkHook(plugin: string, hook: Hook): void {
  if (typeof hook !== "object" || hook === null) throw hookShape(plugin, "it is no object", HOOK_METHODS);
  const isClass = ![Object.prototype, null].includes(Object.getPrototypeOf(hook));
  for (const key of keysOf(hook)) {
    const nearest = nearestName(key, isClass ? HOOK_METHODS : KNOWN);
    if (KNOWN.includes(key) || isClass && nearest === undefined) continue;
    throw hookShape(plugin, `it has "${key}"`, nearest === undefined ? KNOWN : [nearest]);
  }
  for (const key of KNOWN) checkField(plugin, hook, key);
  if (!HOOK_METHODS.some((method) => hook[method] !== undefined)) {
    throw hookShape(plugin, "it has none of its methods", HOOK_METHODS);
  }
}

/** With those of its classes, without what every object has. */
function keysOf(hook: object): Set<string> {
  const keys = new Set<string>();
  for (let from = hook; from !== null && from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const key of Object.getOwnPropertyNames(from)) if (key !== "constructor") keys.add(key);
  }
  return keys;
}

function checkField(plugin: string, hook: Hook, key: string): void {
  const value = (hook as unknown as Record<string, unknown>)[key];
  if (value === undefined) return;
  if (
    key === "name" ? typeof value === "string" : FIELDS.includes(key) ? isNames(value) : typeof value === "function"
  ) {
    return;
  }
  const wanted = key === "name" ? "a text" : FIELDS.includes(key) ? "a list of names" : "a function";
  throw hookShape(plugin, `its ${key} is not ${wanted}`, []);
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
