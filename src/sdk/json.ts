/** Arguments as JSON text, with an error that names the place of what JSON can't say. @module */

import { MAX_PAYLOAD } from "../core/mod.ts";
import { argsNotJson, argsTooLarge } from "./errors.ts";

/** Deeper values would overflow the stack of whoever walks them next. */
const MAX_DEPTH = 500;
/** Longest place in a message, in characters. */
const MAX_PLACE = 200;

/**
 * @throws {NuvomError} `NUVOM_ARGS_NOT_JSON`, `NUVOM_PAYLOAD_TOO_LARGE`
 */
export function argsToJson(task: string, args: readonly unknown[]): string {
  args.forEach((arg, i) => check(task, arg, String(i + 1), new Set()));
  const text = JSON.stringify(args);
  if (text.length > MAX_PAYLOAD) throw argsTooLarge(task, text.length);
  return text;
}

function check(task: string, value: unknown, place: string, above: Set<unknown>): void {
  if (value === null || typeof value === "string" || typeof value === "boolean") return;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw argsNotJson(task, place, String(value));
    return;
  }
  if (typeof value !== "object") {
    throw argsNotJson(task, place, value === undefined ? "undefined" : `a ${typeof value}`);
  }
  if (above.has(value)) throw argsNotJson(task, place, "circular");
  if (above.size >= MAX_DEPTH) throw argsNotJson(task, place.slice(0, MAX_PLACE), `over ${MAX_DEPTH} levels deep`);
  above.add(value);
  if (Array.isArray(value)) checkArray(task, value, place, above);
  else checkObject(task, value, place, above);
  above.delete(value);
}

function checkArray(task: string, list: readonly unknown[], place: string, above: Set<unknown>): void {
  // By index: forEach passes over the holes of an array, JSON makes null of them.
  for (let i = 0; i < list.length; i++) check(task, list[i], `${place}[${i}]`, above);
}

function checkObject(task: string, value: object, place: string, above: Set<unknown>): void {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    // A class of its own: what arrived would be another thing than what was sent.
    throw argsNotJson(task, place, `a ${value.constructor?.name ?? "class instance"}`);
  }
  for (const [key, item] of Object.entries(value)) {
    // As JSON does: a property that is undefined is a property that is not there.
    if (item !== undefined) check(task, item, `${place}.${key}`, above);
  }
}
